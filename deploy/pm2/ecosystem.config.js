// pm2 start deploy/pm2/ecosystem.config.js, as the user campana. Log paths as the guide names them.
// PM2 keeps no secrets well: settings come from /var/lib/campana/.env, which Campana reads in its working directory.
const LOG = "/var/log/pm2/whatsapp-backend-out.log";

module.exports = {
  apps: [
    {
      name: "whatsapp-backend",
      script: "/opt/campana/.venv/bin/campana",
      args: "serve --port 8000",
      interpreter: "none",
      cwd: "/var/lib/campana",
      // One process: the engine's lanes are shared by the database, not by PM2's cluster mode.
      exec_mode: "fork",
      instances: 1,
      autorestart: true,
      restart_delay: 2000,
      // PM2 says SIGINT, which Campana takes like SIGTERM: in ten seconds what is under way is finished.
      kill_timeout: 15000,
      // Log lines go to standard error; one file holds both.
      out_file: LOG,
      error_file: LOG,
      merge_logs: true,
    },
  ],
};
