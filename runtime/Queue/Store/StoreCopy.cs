using PlantRuntime.Queue.Format;

namespace PlantRuntime.Queue.Store;

/// <summary>
/// Copies the rows of an open queue into a new file, because the file of the open queue was replaced or deleted. Called on the queue thread
/// by <see cref="QueueStore.CopyTo"/>; does blocking disk I/O; skips rows whose checksum is wrong.
/// </summary>
internal static class StoreCopy
{
    /// <summary>4 MB: bytes after which a transaction is committed, so that the write-ahead log stays small.</summary>
    private const int CommitBytes = 4 << 20;

    /// <inheritdoc cref="QueueStore.CopyTo"/>
    public static string? Run(QueueTables from, QueueState state, Database database)
    {
        using var to = new QueueTables(database);
        string? damage;
        try
        {
            to.Run("BEGIN IMMEDIATE");
            state.MarkAllChanged();
            state.Save(to.StoreState, to.DeleteState);
            damage = Copy(from, to);
            to.Run("COMMIT");
        }
        finally
        {
            // The state in memory belongs to the open queue as long as this copy is not in use.
            state.MarkAllChanged();
        }

        return damage;
    }

    private static string? Copy(QueueTables from, QueueTables to)
    {
        var pending = 0;
        string? damage = null;
        try
        {
            from.ReadBatches(0, (number, sinks, row) =>
            {
                var data = row.Bytes(2);
                if (BatchHeader.TryRead(data, number) is null)
                {
                    damage = $"the checksum of batch {number} is wrong";
                    return true;
                }

                var (names, bytes) = (sinks.ToArray(), data.ToArray());
                Write(() => to.InsertBatch(number, names, bytes), bytes.Length);
                return true;
            });
            from.ReadLetters(null, 0, (id, data) =>
            {
                if (!Envelope.IsIntact(data, EnvelopeKind.DeadLetter)) return true;
                var (sink, bytes) = (DeadLetter.Read(id, data).Sink, data.ToArray());
                Write(() => to.InsertLetter(sink, bytes), bytes.Length);
                return true;
            });
            return damage;
        }
        catch (DatabaseException exception)
        {
            return exception.Message;
        }

        void Write(Action insert, int bytes)
        {
            try
            {
                insert();
                if ((pending += bytes) < CommitBytes) return;
                to.Run("COMMIT");
                to.Run("BEGIN IMMEDIATE");
                pending = 0;
            }
            catch (DatabaseException exception)
            {
                throw new IOException(exception.Message, exception);
            }
        }
    }
}
