"""rough.py ONE OTHER DELAY_MS JITTER_MS LOSS_PERCENT: a line between two interfaces that loses and delays packets.

For machines whose kernel has no netem. Says "ready" when it carries, and ends when it is told to (SIGTERM).
"""

import heapq
import random
import select
import socket
import sys
import time

ONE, OTHER = sys.argv[1:3]
DELAY, JITTER, LOSS = float(sys.argv[3]) / 1e3, float(sys.argv[4]) / 1e3, float(sys.argv[5]) / 100
ETHERTYPE_ALL, OUTGOING = 3, 4


def tap(interface):
    end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETHERTYPE_ALL))
    end.bind((interface, 0))
    end.setblocking(False)
    return end


def received(end):
    try:
        while True:
            packet, address = end.recvfrom(65535)
            if address[2] != OUTGOING:
                yield packet
    except BlockingIOError:
        return


def main():
    one, other = tap(ONE), tap(OTHER)
    across = {one: other, other: one}
    waiting, count = [], 0
    print("ready", flush=True)
    while True:
        patience = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
        for end in select.select([one, other], [], [], patience)[0]:
            for packet in received(end):
                if random.random() >= LOSS:
                    count += 1
                    due = time.monotonic() + DELAY + random.uniform(-JITTER, JITTER)
                    heapq.heappush(waiting, (due, count, across[end], packet))
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, end, packet = heapq.heappop(waiting)
            try:
                end.send(packet)
            except OSError:
                # Larger than the line takes, as from an interface that leaves cutting to others: lost.
                pass


main()
