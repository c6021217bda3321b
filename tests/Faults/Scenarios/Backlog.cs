using PlantRuntime.Faults.Oracle;
using PlantRuntime.Faults.Peers;

namespace PlantRuntime.Faults.Scenarios;

/// <summary>Sends the same records through two hosts: the sink of one accepts all, the sink of the other none.</summary>
internal sealed class Backlog()
    : FaultScenario("memory", "a backlog of 1,000,000 records", "resident memory < 20 MB above the same host without")
{
    public override async Task RunAsync(FaultRun run)
    {
        var records = run.Pick(1_000_000, 200_000);
        var without = await MeasureAsync(records, isUp: true);
        var with = await MeasureAsync(records, isUp: false);
        run.Note($"{records} records; {with.QueueMegabytes:0} MB of queue");
        run.Expect(with.Fed - without.Fed < 20, $"after feeding {with.Fed:0.0} MB, without backlog {without.Fed:0.0} MB");
        run.Expect(with.Restarted - without.Restarted < 20, $"after a restart {with.Restarted:0.0} MB, without {without.Restarted:0.0} MB");
    }

    private static async Task<(double Fed, double Restarted, double QueueMegabytes)> MeasureAsync(int records, bool isUp)
    {
        await using var server = new RecordServer(new Arrivals());
        await using var site = new NumberedSite($"""
            [sinks.web]
            sink = "http"
            url  = "{server.Url}"
            """);
        if (isUp) await server.StartAsync();
        site.Ledger.Limit = records;
        site.Start();
        await site.FedAsync(records, TimeSpan.FromMinutes(10));
        if (isUp) await site.DrainedAsync(TimeSpan.FromSeconds(60));
        var fed = await RestAsync(site);
        await site.StopAsync();
        site.Start();
        await Until.MustHoldAsync(() => site.Host.Count("START sink=web") > 0, TimeSpan.FromSeconds(30), "a start");
        var restarted = await RestAsync(site);
        var megabytes = site.QueueBytes / 1048576.0;
        await site.StopAsync();
        return (fed, restarted, megabytes);
    }

    /// <returns>Resident megabytes of the host after some idle seconds.</returns>
    private static async Task<double> RestAsync(NumberedSite site)
    {
        await Task.Delay(TimeSpan.FromSeconds(8));
        return site.ResidentBytes / 1048576.0;
    }
}
