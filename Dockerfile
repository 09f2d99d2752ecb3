FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY src src
COPY plugins plugins
COPY routes routes
COPY openapi openapi
RUN mkdir /state
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:24-slim
ENV NODE_ENV=production HAWSER_CONFIG=/etc/hawser/hawser.yaml
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
# A volume that is mounted here belongs to the user below.
COPY --from=build --chown=1000:1000 /state /var/lib/hawser
# By number: Kubernetes can not tell of a name whether it is root.
USER 1000:1000
EXPOSE 8080
# Starting takes a second; a process that is stopping is not ready.
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/health/ready').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
CMD ["node", "dist/src/main.js"]
