namespace PlantRuntime.Host.Delivery;

/// <summary>Where a session gets its records from, in order: the site's queue, or memory.</summary>
internal interface IPortionSource
{
    /// <summary>
    /// The next records; waits for some. Null when the source was closed, or when nothing is left after <see cref="Finish"/>.
    /// </summary>
    ValueTask<Portion?> NextAsync();

    /// <summary>
    /// Sets records aside that the sink refused for good; returns when that is written down. Only then is the rest sent again: a sink that
    /// refuses duplicates may otherwise take a refused record for a stored one after a crash.
    /// </summary>
    ValueTask RefuseAsync(Portion portion, IReadOnlyList<Refusal> refused);

    /// <summary>Records of the portion before <paramref name="end"/> are stored or set aside; returns when that is written down.</summary>
    /// <param name="portion">The portion; portions are finished in the order in which they were given out.</param>
    /// <param name="end">Place of the first record that is not done with.</param>
    ValueTask AdvanceAsync(Portion portion, int end);

    /// <summary>Gives out what is there and then ends.</summary>
    void Finish();

    /// <summary>Ends now. What was given out and is not done with goes to the next session.</summary>
    void Close();
}
