test -n "$DB_PASSWORD" && echo "connected as $DB_USER"
