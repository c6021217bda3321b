using System.Text.Json;
using System.Text.RegularExpressions;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Sites.Tests.Testing;

namespace PlantRuntime.Sites.Tests;

/// <summary>
/// sites/ingest and sites/ingest-gateway with three real nats-servers and PostgreSQL, and with the secrets, certificates, users and schema
/// of infra. Many gateways and kills are in the row "ingest" of tests/Faults.
/// </summary>
[Trait("Needs", "Server")]
public partial class IngestTests
{
    private const string Infra = "infra";

    [SkippableFact]
    public async Task Scans_of_a_gateway_are_rows_in_their_order_over_tls()
    {
        Skip.If(PostgresServer.Programs is null, "no PostgreSQL here: install Debian's package postgresql");
        using var ingest = SiteFolder.CopyOf("ingest");
        using var gateway = SiteFolder.CopyOf("ingest-gateway");
        await Tool.RunAsync("sh", ingest.At("infra/make-secrets.sh"), "127.0.0.1");
        var secrets = ingest.Lines("infra/.env").ToDictionary(l => l.Split('=')[0], l => l.Split('=')[1]);
        await using var server = await PostgresServer.StartNewAsync();
        await SqlAsync(server, "-v", $"password={secrets["DB_PASSWORD"]}", "-f", ingest.At("infra/schema.sql"));
        await using var cluster = await NatsServer.StartAsync(ServerConfig(ingest, secrets), nodes: 3);

        var environment = new Dictionary<string, string>(secrets)
        {
            ["GATEWAY"] = "press-01", ["INGEST_HOST"] = "ingest-1", ["NATS_CA"] = ingest.At("infra/secrets/ca.crt"), ["DB_TLS"] = "false",
            ["DB_HOST"] = "127.0.0.1", ["DB_PORT"] = $"{server.Port}", ["DB_NAME"] = "postgres",
        };
        for (var i = 0; i < 3; i++) environment[$"NATS_{i + 1}"] = cluster.Addresses[i];
        await using var publishing = PlantProcess.Start(With(environment, "HEALTH", $"127.0.0.1:{ClosedPort.Find()}"), "run", gateway.Path);

        // The gateway has created the stream.
        await publishing.WhenAsync("CONNECTED sink=stream");
        await using var storing = PlantProcess.Start(With(environment, "HEALTH", $"127.0.0.1:{ClosedPort.Find()}"), "run", ingest.Path);
        await WhenRowsAsync(server, 5, publishing, storing);
        foreach (var host in (PlantProcess[])[publishing, storing])
        {
            await host.SignalAsync("TERM");
            Assert.Equal(0, await host.WhenExitedAsync());
        }

        Assert.Equal(["press-01|line"], await SqlAsync(server, "-c", "SELECT DISTINCT site, device FROM messages"));
        Assert.Equal(["0"], await SqlAsync(server, "-c", "SELECT count(*) FROM messages_other"));
        var bottles = await SqlAsync(server, "-c", "SELECT value FROM tag_values WHERE tag = 'bottles' AND quality = 'GOOD' ORDER BY seq");
        Assert.Equal(bottles.Select(int.Parse).Order(), bottles.Select(int.Parse));
        Assert.True(bottles.Length >= 5);
        Assert.Equal(["0", "0", "bottles", "running", "speed", "temperature"], await SqlAsync(server, "-c",
            "SELECT count(*)::text FROM samples UNION ALL SELECT count(*)::text FROM messages WHERE id !~ '^[0-9a-f]{32}-[0-9]+-[0-9]+$'"
            + " UNION ALL (SELECT DISTINCT tag FROM tag_values ORDER BY 1)"));
    }

    [SkippableFact]
    public async Task A_row_is_there_once_and_old_partitions_are_dropped()
    {
        Skip.If(PostgresServer.Programs is null, "no PostgreSQL here: install Debian's package postgresql");
        await using var server = await PostgresServer.StartNewAsync();
        await SqlAsync(server, "-v", "password=x", "-f", Path.Combine(SiteFolder.Committed("ingest"), Infra, "schema.sql"));
        const string Insert = """
            INSERT INTO messages VALUES (now() - interval '1 day', 'a-1-0', 1, 's', 'd', '{"tags":{"x":1.5,"t":"on"}}') ON CONFLICT DO NOTHING
            """;
        await SqlAsync(server, "-c", $"BEGIN; {Insert}; {Insert}; COMMIT");
        await SqlAsync(server, "-c", "INSERT INTO messages VALUES ('1970-01-01', 'a-2-0', 2, 's', 'd', '\"off\"')");
        Assert.Equal(["t||on|GOOD", "x|1.5||GOOD"],
            await SqlAsync(server, "-c", "SELECT tag, value, text, quality FROM tag_values ORDER BY tag"));
        await SqlAsync(server, "-c", "SELECT create_partitions(20); SELECT drop_partitions('0 days')");
        Assert.Equal(["1970-01-01 00:00:00+00"], await SqlAsync(server, "-c", "SET timezone = 'UTC'; SELECT time FROM messages"));
    }

    [SkippableFact]
    public async Task Compose_starts_three_servers_and_four_hosts_with_data_of_their_own()
    {
        var services = (await ParseAsync("compose.yml")).GetProperty("services");
        Assert.Equal(["ingest-1", "ingest-2", "ingest-3", "ingest-4", "nats-1", "nats-2", "nats-3", "postgres"],
            services.EnumerateObject().Select(s => s.Name).Order());
        var volumes = services.EnumerateObject()
            .SelectMany(s => s.Value.GetProperty("volumes").EnumerateArray().Select(v => v.GetString()!)).ToList();
        foreach (var source in volumes.Where(v => v[0] == '.').Select(v => v.Split(':')[0]))
        {
            var isMadeLater = source.StartsWith("./secrets/", StringComparison.Ordinal);
            Assert.True(isMadeLater || Path.Exists(Path.Combine(SiteFolder.Committed("ingest"), Infra, source)), source);
        }

        var own = volumes.Where(v => v[0] != '.').Select(v => v.Split(':')[0]).ToList();
        Assert.Equal(own.Distinct().Count(), own.Count);
        Assert.Equal((await ParseAsync("compose.yml")).GetProperty("volumes").EnumerateObject().Select(v => v.Name).Order(), own.Order());
        Assert.DoesNotContain(volumes, v => v.Split(':')[0] is "./secrets" or "./secrets/ca.key" or "..");

        // A name that a service gives is one that site.toml or the server's configuration uses, and the other way round.
        var site = File.ReadAllText(Path.Combine(SiteFolder.Committed("ingest"), "site.toml"));
        foreach (var host in services.EnumerateObject().Where(s => s.Name.StartsWith("ingest", StringComparison.Ordinal)))
        {
            var names = host.Value.GetProperty("environment").EnumerateObject().Select(v => v.Name).ToList();
            Assert.All(names, name => Assert.Contains(name, site, StringComparison.Ordinal));
            Assert.All(SecretName().Matches(site).Select(m => m.Groups[1].Value), name => Assert.Contains(name, names));
        }

        var config = File.ReadAllText(Path.Combine(SiteFolder.Committed("ingest"), Infra, "nats", "nats.conf"))
            + File.ReadAllText(Path.Combine(SiteFolder.Committed("ingest"), Infra, "nats", "users.conf"));
        var used = ServerVariable().Matches(config).Select(m => m.Groups[1].Value).Distinct().Order();
        Assert.Equal(used, services.GetProperty("nats-2").GetProperty("environment").EnumerateObject().Select(v => v.Name).Order());
    }

    [GeneratedRegex(@"env = ""(\w+)""")]
    private static partial Regex SecretName();

    [GeneratedRegex(@"\$(NAME|NATS_\w+)")]
    private static partial Regex ServerVariable();

    [GeneratedRegex(@"(?:^(?:server_name|listen|http):[^\n]*|^(?:cluster|jetstream) \{.*?^\})\n|^include [^\n]*",
        RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex OwnOfServer();

    /// <summary>nats.conf without the lines that the test's cluster has itself, with the users and their passwords.</summary>
    private static string ServerConfig(SiteFolder site, Dictionary<string, string> secrets)
    {
        var text = OwnOfServer().Replace(File.ReadAllText(site.At("infra/nats/nats.conf")), "")
            .Replace("/secrets/", site.At("infra/secrets/"), StringComparison.Ordinal) + File.ReadAllText(site.At("infra/nats/users.conf"));
        return secrets.Aggregate(text, (t, secret) => t.Replace($"${secret.Key}", $"\"{secret.Value}\"", StringComparison.Ordinal));
    }

    private static Dictionary<string, string> With(Dictionary<string, string> environment, string name, string value) =>
        new(environment) { [name] = value };

    private static async Task WhenRowsAsync(PostgresServer server, int count, params PlantProcess[] hosts)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(240));
        while (int.Parse((await SqlAsync(server, "-c", "SELECT count(*) FROM messages"))[0]) < count)
        {
            Assert.False(patience.IsCancellationRequested, string.Join('\n', hosts.Select(h => h.Output)));
            await Task.Delay(100);
        }
    }

    /// <summary>Parses YAML by Python's library, which merges anchors as Compose does.</summary>
    private static async Task<JsonElement> ParseAsync(string file)
    {
        var (exit, _) = await Tool.TryAsync("python3", "-c", "import yaml");
        Skip.If(exit != 0, "no Python with yaml here: install Debian's package python3-yaml");
        return JsonSerializer.Deserialize<JsonElement>(await Tool.RunAsync("python3", "-c",
            "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1], encoding='utf-8'))))",
            Path.Combine(SiteFolder.Committed("ingest"), Infra, file)));
    }

    private static async Task<string[]> SqlAsync(PostgresServer server, params string[] arguments) =>
        [.. await Tool.LinesAsync(Path.Combine(PostgresServer.Programs!, "psql"),
            ["-X", "-q", "-At", "-v", "ON_ERROR_STOP=1",
                $"postgresql://plant:{PostgresServer.Password}@127.0.0.1:{server.Port}/postgres", .. arguments])];
}
