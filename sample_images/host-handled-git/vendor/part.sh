part() { echo "fetched on the host, before the build"; }
