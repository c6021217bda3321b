namespace PlantRuntime.Contracts;

/// <summary>One or more addresses are wrong. A driver collects all of them before it throws.</summary>
/// <param name="problems">Every bad address.</param>
public sealed class AddressException(IReadOnlyList<AddressProblem> problems)
    : Exception(string.Join(Environment.NewLine, problems.Select(p => $"{p.Tag.Name}: {p.Message}")))
{
    /// <summary>Every bad address.</summary>
    public IReadOnlyList<AddressProblem> Problems { get; } = problems;
}
