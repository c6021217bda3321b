using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Faults.Oracle;
using PlantRuntime.Faults.Peers;

namespace PlantRuntime.Faults.Scenarios;

/// <summary>
/// TLS servers that every connector must refuse. A correct server, which must receive data, shows that the scenario detects data.
/// </summary>
internal sealed class WrongServer()
    : FaultScenario("18", "wrong CA, expired, wrong host, TLS 1.1", "refused; no byte of data sent; the log names the check")
{
    private static readonly string[] s_names = ["broker", "web", "trend", "historian", "cell"];

    public override async Task RunAsync(FaultRun run)
    {
        using var folder = new TemporaryFolder();
        using var ca = new CertificateAuthority(folder, "right");
        using var otherFolder = new TemporaryFolder();
        using var other = new CertificateAuthority(otherFolder, "wrong");
        var right = ca.Issue("localhost");
        await TryAsync(run, ca, "wrong CA", other.Issue("localhost"), false, "not trusted|does not come from the CA");
        await TryAsync(run, ca, "expired", ca.Issue("localhost", days: -1), false, "not valid now|is valid from|expired");
        await TryAsync(run, ca, "wrong host", ca.Issue("elsewhere"), false, "is not for|made out to");
        await TryAsync(run, ca, "TLS 1.1", right, true, "protocol version");
        await TryAsync(run, ca, "right", right, false, null);
    }

    /// <param name="check">Text that the log must contain; null for the correct server.</param>
    private static async Task TryAsync(FaultRun run, CertificateAuthority ca, string fault, (string Cert, string Key) shown, bool isOld,
        string? check)
    {
        var ends = new Dictionary<string, TlsServer>();
        try
        {
            foreach (var name in s_names) ends.Add(name, await TlsServer.StartAsync(shown, isOld, name == "historian"));
            await using var site = CreateSite(ends, ca.CaFile);
            site.Ledger.Limit = 100;
            site.Start(("PGPASSWORD", "never sent"));
            if (check is null)
            {
                var silent = await Until.HoldsAsync(() => ends.Values.All(e => e.Bytes > 0), TimeSpan.FromSeconds(20)) is null;
                if (silent) await Console.Error.WriteLineAsync(site.Host.Output);
                run.Expect(!silent, $"{fault}: {string.Join(", ", ends.Select(e => $"{e.Key} {e.Value.Bytes} B"))}");
                return;
            }

            var unnamed = s_names.ToList();
            await Until.HoldsAsync(
                () => unnamed.RemoveAll(n => site.Host.Count($"(RETRY|DOWN|RECONNECT) .*(sink|device)={n} .*reason=\".*({check})") > 0) >= 0
                    && unnamed.Count == 0, TimeSpan.FromSeconds(20));
            await Task.Delay(TimeSpan.FromSeconds(1));
            run.Expect(unnamed.Count == 0, unnamed.Count == 0 ? $"{fault}: {s_names.Length} refused by name"
                : $"{fault}: not named by {string.Join(", ", unnamed)}");
            run.Expect(ends.Values.All(e => e.Bytes == 0), $"{ends.Values.Sum(e => e.Bytes)} B sent");
            run.Expect(site.Host.Count("CONNECTED .*(broker|historian|cell)") == 0, "none connected");
            if (unnamed.Count > 0) await Console.Error.WriteLineAsync(site.Host.Output);
        }
        finally
        {
            foreach (var end in ends.Values) await end.DisposeAsync();
        }
    }

    private static NumberedSite CreateSite(Dictionary<string, TlsServer> ends, string ca) => new($$"""
        [sinks.broker]
        sink  = "mqtt"
        host  = "localhost"
        port  = {{ends["broker"].Port}}
        topic = "faults"
        tls   = { ca = "{{ca}}" }
        [sinks.web]
        sink = "http"
        url  = "https://localhost:{{ends["web"].Port}}/records"
        tls  = { ca = "{{ca}}" }
        [sinks.trend]
        sink     = "influx"
        url      = "https://localhost:{{ends["trend"].Port}}"
        database = "plant"
        tls      = { ca = "{{ca}}" }
        [sinks.historian]
        sink     = "postgres"
        host     = "localhost"
        port     = {{ends["historian"].Port}}
        database = "postgres"
        user     = "plant"
        password = { env = "PGPASSWORD" }
        tls      = { ca = "{{ca}}" }
        """, more: $$"""
        [devices.cell]
        driver = "mqtt"
        host   = "localhost"
        port   = {{ends["cell"].Port}}
        tls    = { ca = "{{ca}}" }

          [devices.cell.tags]
          value = "{{Publisher.Topic}}"
        """);
}
