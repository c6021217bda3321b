namespace PlantRuntime.Faults;

/// <summary>One row of the table of faults.</summary>
/// <param name="number">Its number there.</param>
/// <param name="fault">What is done to the host.</param>
/// <param name="passes">What it must show.</param>
internal abstract class FaultRow(string number, string fault, string passes)
{
    public string Number => number;

    public string Fault => fault;

    public string Passes => passes;

    /// <summary>Does it.</summary>
    /// <param name="run">Its chance and its extent; gets what was measured.</param>
    /// <exception cref="SkipException">Something that it needs is not there.</exception>
    public abstract Task RunAsync(FaultRun run);
}
