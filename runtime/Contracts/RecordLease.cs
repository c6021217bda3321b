namespace PlantRuntime.Contracts;

/// <summary>
/// The lease under which a host sends records, for sites of which several hosts run. Records of one queue belong to the term of the lease
/// in which they were made, by the numbers of their batches. Immutable.
/// </summary>
/// <param name="token">Fencing token of the host that sends; 0 while it waits for the lease.</param>
/// <param name="terms">First batch and token of each term, ascending; empty for records that are in no queue.</param>
public sealed class RecordLease(long token, IReadOnlyList<(long FirstBatch, long Token)> terms)
{
    /// <summary>
    /// Fencing token of the host that sends; 0 while it waits for the lease and sends what was made in earlier terms. A larger token of the
    /// same site tells that another host has taken over since.
    /// </summary>
    public long Token { get; } = token;

    /// <summary>Returns the token of the term in which a record was made; 0 if that was before the site had a lease.</summary>
    public long TokenOf(in RecordId id)
    {
        if (id.Queue == Guid.Empty) return Token;
        for (var i = terms.Count - 1; i >= 0; i--)
        {
            if (terms[i].FirstBatch <= id.Batch) return terms[i].Token;
        }

        return 0;
    }

    /// <summary>Returns whether a record is sent after the term in which it was made.</summary>
    public bool IsLate(in RecordId id) => TokenOf(id) is var made && (made != Token || made == 0);
}
