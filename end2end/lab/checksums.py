"""checksums.py INTERFACE: what leaves this interface carries whole checksums.

Packets that never leave a machine carry half of one, for a network card to complete that is not there. A program that
takes packets from one interface and puts them into another needs the whole. (`ethtool -K INTERFACE tx off`, without ethtool.)
"""

import ctypes
import fcntl
import socket
import struct
import sys

SIOCETHTOOL, ETHTOOL_STXCSUM = 0x8946, 0x17

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
    setting = ctypes.create_string_buffer(struct.pack("II", ETHTOOL_STXCSUM, 0))
    fcntl.ioctl(control, SIOCETHTOOL, struct.pack("16sP", sys.argv[1].encode(), ctypes.addressof(setting)))
