namespace PlantRuntime.Contracts;

/// <summary>
/// Thrown by <see cref="IDriver.Prepare"/> for invalid addresses. A driver collects all of them before it throws. Immutable.
/// </summary>
/// <param name="problems">All invalid addresses, at least one.</param>
public sealed class AddressException(IReadOnlyList<AddressProblem> problems)
    : Exception(string.Join(Environment.NewLine, problems.Select(p => $"{p.Tag.Name}: {p.Message}")))
{
    /// <summary>All invalid addresses, at least one.</summary>
    public IReadOnlyList<AddressProblem> Problems { get; } = problems;
}

/// <summary>The error in one address.</summary>
/// <param name="Tag">The tag with this address.</param>
/// <param name="Message">The expected form, for a site engineer.</param>
/// <param name="Column">Column in the address, from 1; 0 if the error is in the tag's type.</param>
public sealed record AddressProblem(TagDefinition Tag, string Message, int Column = 1);

/// <summary>Parses the addresses in <see cref="IDriver.Prepare"/> and reports all invalid ones together. Pure; any thread.</summary>
public static class TagAddresses
{
    /// <summary>Parses the addresses of all tags, in their order.</summary>
    /// <typeparam name="T">The driver's address type.</typeparam>
    /// <param name="tags">The tags to prepare.</param>
    /// <param name="parse">Parses one address; the address counts only if the problem is null.</param>
    /// <param name="whyRefused">Returns why a valid address cannot be used here, for instance written; null allows all.</param>
    /// <exception cref="AddressException">At least one address is invalid or refused; it names all of them.</exception>
    public static List<T> Parse<T>(
        IReadOnlyList<TagDefinition> tags, Func<TagDefinition, (T Address, AddressProblem? Problem)> parse, Func<T, string?>? whyRefused =
        null)
    {
        var problems = new List<AddressProblem>();
        var addresses = new List<T>(tags.Count);
        foreach (var tag in tags)
        {
            var (address, problem) = parse(tag);
            if (problem is null && whyRefused?.Invoke(address) is { } reason) problem = new AddressProblem(tag, reason);
            if (problem is null) addresses.Add(address);
            else problems.Add(problem);
        }

        return problems.Count == 0 ? addresses : throw new AddressException(problems);
    }
}
