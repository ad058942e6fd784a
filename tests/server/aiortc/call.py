"""A call between two of aiortc's peers, both through a relay alone: call.py URL USERNAME CREDENTIAL

It prints "connected" when pictures and words have come through, in both directions.
"""

import asyncio
import sys

import aioice
import aiortc.rtcicetransport
from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection, VideoStreamTrack

PICTURES = 10
PATIENCE_S = 20


class RelayOnly(aioice.Connection):
    """aiortc has no iceTransportPolicy; what it stands on has."""

    def __init__(self, **arguments):
        super().__init__(**arguments, transport_policy=aioice.TransportPolicy.RELAY)


class Person:
    def __init__(self, configuration):
        self.connection = RTCPeerConnection(configuration)
        self.connection.addTrack(VideoStreamTrack())
        self.channel = self.connection.createDataChannel("words", negotiated=True, id=0)
        self.heard = asyncio.get_running_loop().create_future()
        self.track = asyncio.get_running_loop().create_future()
        self.channel.on("open", lambda: self.channel.send("hello"))
        self.channel.on("message", self.heard.set_result)
        self.connection.on("track", self.track.set_result)

    async def meets(self):
        assert await self.heard == "hello"
        track = await self.track
        for _ in range(PICTURES):
            picture = await track.recv()
            assert (picture.width, picture.height) == (640, 480)
        pairs = self.connection.sctp.transport.transport._connection._nominated.values()
        assert [(pair.local_candidate.type, pair.remote_candidate.type) for pair in pairs] == [("relay", "relay")], pairs


async def call(url, username, credential):
    aiortc.rtcicetransport.Connection = RelayOnly
    servers = [RTCIceServer(urls=url, username=username, credential=credential)]
    ada, ben = (Person(RTCConfiguration(iceServers=servers)) for _ in range(2))
    await ada.connection.setLocalDescription(await ada.connection.createOffer())
    await ben.connection.setRemoteDescription(ada.connection.localDescription)
    await ben.connection.setLocalDescription(await ben.connection.createAnswer())
    await ada.connection.setRemoteDescription(ben.connection.localDescription)
    await asyncio.gather(ada.meets(), ben.meets())
    await asyncio.gather(ada.connection.close(), ben.connection.close())
    print("connected")


asyncio.run(asyncio.wait_for(call(*sys.argv[1:]), PATIENCE_S))
