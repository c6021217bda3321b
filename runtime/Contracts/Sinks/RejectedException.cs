namespace PlantRuntime.Contracts;

/// <summary>Some records of a batch can never be stored, however often they are sent.</summary>
/// <param name="message">Why, in the words of the far end.</param>
/// <param name="indexes">
/// Places in the batch of the records that are refused; null when the far end does not say which, so that the host finds them by dividing.
/// </param>
/// <param name="othersAreStored">
/// True when all records that are not in <paramref name="indexes"/> are stored for good, so that the host does not send them again.
/// </param>
public sealed class RejectedException(string message, IReadOnlyList<int>? indexes = null, bool othersAreStored = false) : Exception(message)
{
    /// <summary>Places in the batch of the records that are refused, or null when unknown.</summary>
    public IReadOnlyList<int>? Indexes { get; } = indexes;

    /// <summary>True when all others are stored for good; never without <see cref="Indexes"/>.</summary>
    public bool OthersAreStored { get; } = othersAreStored && indexes is { Count: > 0 };
}
