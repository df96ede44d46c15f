echo "log level $LOG_LEVEL"
