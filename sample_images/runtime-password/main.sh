# The password comes with `docker run -e DB_PASSWORD` or as a mounted file.
password="${DB_PASSWORD:-$(cat "$DB_PASSWORD_FILE")}"
test -n "$password" && echo "connected as $DB_USER"
