. /app/vendor/part.sh
part
