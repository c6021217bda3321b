// The press: DB500 to the broker with every scan; when it cannot be read, a heartbeat that says why.
const int Db = 500;
var press = Plant.press;

press.Scans
    .Where(scan => scan.Failure is null)          // the heartbeat speaks for scans that failed
    .Range(press.Tags.AI_Vibracao, 0, 25)         // outside: value null
    .Payload(scan => new { ts = scan.Time.ToUnixSeconds(), ip = press.Host, db = Db, tenant_id = Site.Tenant, plc_id = Site.Name,
                           values = scan.Values })
    .To(Sinks.broker);

press.Silent(30.Seconds)
    .Payload(s => new { ts = s.Time.ToUnixSeconds(), ip = press.Host, db = Db, tenant_id = Site.Tenant, plc_id = Site.Name,
                        values = new { heartbeat = 1, read_failed = true }, error = s.Reason })
    .To(Sinks.broker);

// The laboratory's PLC gets the same bytes. Its byte 14 counts with every good reading of the press; it is 0 while the press cannot be read.
press.Block("DB500", bytes: 14).MirrorTo(Plant.lab.Block("DB500"), every: 100.Milliseconds, watchdog: 14);
