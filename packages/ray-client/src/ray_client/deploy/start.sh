# Starts the server with the Python that Ray itself runs with: `python` on the PATH may be another one.
#
#   sh start.sh RUN RAY_VERSION [OPTION ...]     options of `ray-client-server start`
#
# RUN begins what this run prints: jobs of the same name share a log.
#
# The parent is Ray's own process for this job, so what it has loaded says where its Python is.

echo "ray-client deploy: run $1"
version="$2"
shift 2
loaded=$(sed -n 's#^.* \(/.*\)/lib/python\(3\.[0-9]*\)/[a-z-]*/ray/_raylet\.so$#\1/bin/python\2#p' "/proc/$PPID/maps" 2>/dev/null | head -n 1)
tried=""
for python in "$loaded" "${VIRTUAL_ENV:+$VIRTUAL_ENV/bin/python}" python python3 "/proc/$PPID/exe"; do
    [ -n "$python" ] || continue
    tried="$tried $python"
    if "$python" -c 'import sys; from importlib.metadata import version; sys.exit(version("ray") != sys.argv[1])' "$version" 2>/dev/null
    then
        exec "$python" launch.py "$@"
    fi
done
echo "ray-client deploy: none of these has Ray $version:$tried (PATH is $PATH)"
exit 1
