using System.Diagnostics;
using System.Globalization;
using System.Text;
using NATS.Client.Core;
using NpgsqlTypes;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Benchmarks.Nats;

/// <summary>
/// Runs sites/ingest with one nats-server and PostgreSQL: rows per second from the stream to the table against bare binary COPY of the same
/// rows into a table with the same keys; processor time of two hosts against one; memory of host and server with up to 200 gateways. The
/// hosts are stopped (SIGSTOP) while messages are published, so that publishing does not disturb the measurement.
/// </summary>
internal static class IngestBenchmark
{
    private const int Batch = 500;
    private const double CopyGoal = 0.5;
    private const double HostsGoal = 1.6;
    private static readonly int[] s_gateways = [25, 50, 100, 200];

    public static async Task RunAsync()
    {
        if (PostgresServer.Programs is null)
        {
            Console.WriteLine("ingest: skipped: install Debian's package postgresql");
            return;
        }

        await using var fixture = await IngestFixture.StartAsync();
        await CompareAsync(fixture, tags: 20, messages: 30_000);
        await CompareAsync(fixture, tags: 1000, messages: 3000);
        await MeasureMemoryAsync(fixture);
    }

    private static async Task CompareAsync(IngestFixture fixture, int tags, int messages)
    {
        var payload = IngestFixture.Payload(tags);
        var copy = new List<double>();
        for (var round = 0; round < 3; round++) copy.Add(await CopyAsync(fixture, payload, messages));
        await fixture.BeginAsync(hosts: 1);
        var one = new List<IngestRound>();
        await fixture.RunAsync(payload, messages / 5);
        for (var round = 0; round < 3; round++) one.Add(await fixture.RunAsync(payload, messages));
        await fixture.BeginAsync(hosts: 2);
        var two = new List<IngestRound>();
        await fixture.RunAsync(payload, messages / 5);
        for (var round = 0; round < 3; round++) two.Add(await fixture.RunAsync(payload, messages));

        var (bare, ours) = (messages / Measure.Median(copy), messages / Measure.Median(one.Select(r => r.Seconds)));
        Measure.Print($"ingest: rows/s, {tags} tags a message / bare COPY", $"{ours / bare:0.00} ({ours:0} / {bare:0})",
            ours / bare >= CopyGoal, $">= {CopyGoal.ToString(CultureInfo.InvariantCulture)}");
        var (single, pair) = (Measure.Median(one.Select(r => r.MaxCpu)), Measure.Median(two.Select(r => r.MaxCpu)));
        Measure.Print($"ingest: two hosts / one by CPU time, {tags} tags",
            $"{single / pair:0.00} ({1e6 * single / messages:0} us/message, wall {messages / Measure.Median(two.Select(r => r.Seconds)):0}/s)",
            single / pair >= HostsGoal, $">= {HostsGoal.ToString(CultureInfo.InvariantCulture)}");
    }

    private static async Task<double> CopyAsync(IngestFixture fixture, byte[] payload, int messages)
    {
        await using var connection = await fixture.Source.OpenConnectionAsync();
        await fixture.ExecuteAsync("TRUNCATE bare");
        var text = Encoding.UTF8.GetString(payload);
        var start = TimeProvider.System.GetUtcNow().UtcDateTime;
        var queue = Guid.NewGuid();
        var started = Stopwatch.GetTimestamp();
        for (var first = 0; first < messages; first += Batch)
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await using (var copy = await connection.BeginBinaryImportAsync(
                "COPY bare (time, id, seq, site, device, payload) FROM STDIN (FORMAT binary)"))
            {
                for (var n = first; n < Math.Min(messages, first + Batch); n++)
                {
                    await copy.StartRowAsync();
                    await copy.WriteAsync(start.AddMilliseconds(n), NpgsqlDbType.TimestampTz);
                    await copy.WriteAsync($"{queue:N}-{n}-0", NpgsqlDbType.Text);
                    await copy.WriteAsync((long)n, NpgsqlDbType.Bigint);
                    await copy.WriteAsync($"gateway-{n % 50}", NpgsqlDbType.Text);
                    await copy.WriteAsync("line", NpgsqlDbType.Text);
                    await copy.WriteAsync(text, NpgsqlDbType.Jsonb);
                }

                await copy.CompleteAsync();
            }

            await transaction.CommitAsync();
        }

        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task MeasureMemoryAsync(IngestFixture fixture)
    {
        await fixture.BeginAsync(hosts: 1);
        var payload = IngestFixture.Payload(20);
        var found = new List<(int Gateways, double Host, double Server)>();
        var connections = new List<NatsConnection>();
        foreach (var gateways in s_gateways)
        {
            while (connections.Count < gateways) connections.Add(await fixture.ConnectAsync());
            for (var round = 0; round < 10; round++)
            {
                await Task.WhenAll(connections.Select((c, i) => fixture.PublishOneAsync(c, $"gateway-{i}", payload)));
                await Task.Delay(TimeSpan.FromSeconds(1));
            }

            found.Add((gateways, fixture.HostBytes / 1e6, await fixture.ServerBytesAsync() / 1e6));
        }

        foreach (var connection in connections) await connection.DisposeAsync();
        Print("ingest: MB of an ingest host", [.. found.Select(f => (f.Gateways, f.Host))]);
        Print("ingest: MB of nats-server", [.. found.Select(f => (f.Gateways, f.Server))]);
    }

    /// <summary>Linear: the last hundred gateways need no more than twice what the first hundred did, and 10 MB.</summary>
    private static void Print(string what, List<(int Gateways, double Megabytes)> found)
    {
        var (first, half, all) = (found[0], found[^2], found[^1]);
        var perGateway = (half.Megabytes - first.Megabytes) / (half.Gateways - first.Gateways);
        var limit = half.Megabytes + 2 * Math.Max(0, perGateway) * (all.Gateways - half.Gateways) + 10;
        var figures = found.Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Gateways}: {f.Megabytes:0}"));
        Measure.Print(what, $"{string.Join(", ", figures)}",
            all.Megabytes <= limit, $"linear, <= {limit.ToString("0", CultureInfo.InvariantCulture)} MB");
    }
}
