namespace PlantRuntime.Faults.Rows;

/// <summary>The rows that are run here, in their order.</summary>
internal static class FaultRows
{
    public static IReadOnlyList<FaultRow> All { get; } = 
    [
        new KillStorm(), new PowerCut(), new DiskFull(), new Cap(), new Corruption(), new Poison(), new DeadSink(), new HalfOpen(),
        new Reloads(), new Runaway(), new WrongServer(), new Backlog(),
    ];
}
