# A new network has a loopback that is down (SIOCSIFFLAGS; IFF_UP, IFF_LOOPBACK and IFF_RUNNING).
loopback_up() {
  ip link set lo up 2>/dev/null || ifconfig lo up 2>/dev/null || perl -e \
    'socket(my $s, 2, 2, 0); my $lo = pack("a16 s x22", "lo", 0x49); ioctl($s, 0x8914, $lo) or exit 1' 2>/dev/null
}
