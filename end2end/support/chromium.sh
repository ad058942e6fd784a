#!/bin/sh
# Chromium as people have it. One that root starts puts its media before its pages, which no one else's may: on a machine
# that has too much to do, pages would stand still for many seconds.
browser=${CONFAB_CHROMIUM:-/usr/bin/chromium}
as_people='setpriv --bounding-set=-sys_nice --inh-caps=-sys_nice'
# Who is not root cannot give it up, and has not got it.
$as_people true 2>/dev/null || as_people=
exec $as_people "$browser" "$@"
