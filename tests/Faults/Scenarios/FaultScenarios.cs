namespace PlantRuntime.Faults.Scenarios;

/// <summary>All scenarios, in the order of their rows.</summary>
internal static class FaultScenarios
{
    public static IReadOnlyList<FaultScenario> All { get; } =
    [
        new KillStorm(), new PowerCut(), new DiskFull(), new Cap(), new Corruption(), new Poison(), new DeadSink(), new HalfOpen(),
        new Reloads(), new Runaway(), new WrongServer(), new WebAttack(), new MqttBacklog(), new Backlog(),
        new OddFiles(), new HostilePlugins(), new TermAnyMoment(), new DataGone(), new EchoedSecrets(),
        new ForeignTexts(), new LittleRoom(), new Notifications(), new Pair(), new OpcUaServer(), new SerialFaults(), new Ingest(),
        new IdleCost(),
    ];
}
