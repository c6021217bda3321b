namespace PlantRuntime.Faults.Scenarios;

/// <summary>The extent of a run of <see cref="Ingest"/>.</summary>
/// <param name="Hosts">Ingest hosts.</param>
/// <param name="Gateways">Hosts of sites/ingest-gateway.</param>
/// <param name="Publishers">Processes of simulated gateways.</param>
/// <param name="PerPublisher">Simulated gateways of each.</param>
/// <param name="Messages">Messages of each simulated gateway.</param>
/// <param name="Rate">Messages per second of each simulated gateway.</param>
/// <param name="ServerKills">Kills of a nats-server.</param>
/// <param name="HostKills">Kills of an ingest host.</param>
/// <param name="GatewayKills">Kills of a gateway host.</param>
/// <param name="PublisherKills">Kills of a process of simulated gateways.</param>
internal sealed record IngestPlan(
    int Hosts, int Gateways, int Publishers, int PerPublisher, int Messages, int Rate, int ServerKills, int HostKills, int GatewayKills,
    int PublisherKills)
{
    /// <summary>Simulated gateways of all publishers.</summary>
    public int Simulated => Publishers * PerPublisher;

    /// <summary>Returns the kills in order, each at a share of the messages.</summary>
    public IReadOnlyList<(double Point, Victim Victim)> Kills(Random random)
    {
        Victim[] victims =
        [
            .. Enumerable.Repeat(Victim.Server, ServerKills), .. Enumerable.Repeat(Victim.Host, HostKills),
            .. Enumerable.Repeat(Victim.Gateway, GatewayKills), .. Enumerable.Repeat(Victim.Publisher, PublisherKills),
        ];
        random.Shuffle(victims);
        return [.. victims.Select(v => (0.05 + 0.9 * random.NextDouble(), v)).OrderBy(v => v.Item1)];
    }

    public string Describe() =>
        $"{ServerKills} of servers, {HostKills} of ingest hosts, {GatewayKills} of real gateways, {PublisherKills} of processes with "
        + $"{PerPublisher} simulated gateways";
}

/// <summary>The kind of process that is killed.</summary>
internal enum Victim
{
    Server,
    Host,
    Gateway,
    Publisher,
}
