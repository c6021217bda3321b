// The press: its block to the broker with every scan, a heartbeat every 30 s, and a heartbeat that says why when the press cannot be read.
var press = Plant.press;
var tenant = Site.Tenant.Length > 0 ? Site.Tenant : null;

press.Scans
    .Where(scan => scan.Failure is null)          // the heartbeat speaks for scans that failed
    .Range(press.Tags.AI_Vibracao, 0, 25)         // outside: value null
    .Payload(scan => new { ts = scan.Time.ToUnixSeconds(decimals: 3), ip = press.Host, db = press.Db, tenant_id = tenant, plc_id = Site.Name,
                           values = scan.Values })
    .To(Sinks.broker);

press.Every(30.Seconds)                           // whatever else is sent
    .Payload(t => new { ts = t.Time.ToUnixSeconds(decimals: 3), ip = press.Host, db = press.Db, tenant_id = tenant, plc_id = Site.Name,
                        values = new { heartbeat = 1 } })
    .To(Sinks.broker);

press.Silent(30.Seconds)                          // at the first scan that fails, then every 30 s while it lasts
    .Payload(s => new { ts = s.Time.ToUnixSeconds(decimals: 3), ip = press.Host, db = press.Db, tenant_id = tenant, plc_id = Site.Name,
                        values = new { heartbeat = 1, read_failed = true },
                        error = s.Reason.StartsWith("no answer") ? "timeout" : s.Reason })
    .To(Sinks.broker);

// The laboratory's PLC gets the same bytes. Its byte 14 counts with every good reading of the press; it is 0 while the press cannot be read.
press.Block($"DB{press.Db}", bytes: 14).MirrorTo(Plant.lab.Block($"DB{press.Db}"), every: 100.Milliseconds, watchdog: 14);
