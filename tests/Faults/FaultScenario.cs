namespace PlantRuntime.Faults;

/// <summary>One row of the table of faults, with the procedure that runs it.</summary>
/// <param name="number">Number of the row.</param>
/// <param name="fault">The fault.</param>
/// <param name="passes">The pass criterion.</param>
internal abstract class FaultScenario(string number, string fault, string passes)
{
    public string Number => number;

    public string Fault => fault;

    public string Passes => passes;

    /// <summary>Runs it.</summary>
    /// <param name="run">Random numbers and extent; receives the figures.</param>
    /// <exception cref="SkipException">A program or a right is missing.</exception>
    public abstract Task RunAsync(FaultRun run);
}
