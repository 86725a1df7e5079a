#!/bin/sh
echo "Safe in its berth:"
cat /app/build-id
