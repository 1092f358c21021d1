"""get.py URL: prints what is there; exit status 1 when that is no 200."""
import sys
import urllib.request

try:
    print(urllib.request.urlopen(sys.argv[1], timeout=5).read().decode(), end="")
except OSError as e:
    sys.exit(f"{sys.argv[1]}: {e}")
