
namespace PlantRuntime.Queue;

/// <summary>
/// Calls back when the records added before the callback are on the disk. Owned by one <see cref="DiskQueue"/>. <see cref="Add"/> is called
/// by any thread, mostly recipe threads; <see cref="Committed"/> by the queue thread. Locks internally; runs callbacks outside the lock.
/// </summary>
internal sealed class CommitCallbacks
{
    private readonly Lock _gate = new();
    private readonly Queue<(long After, Action Done)> _waiting = new();
    private long _stored;

    /// <summary>
    /// Calls <paramref name="done"/> on the queue thread when <paramref name="after"/> records are stored; if they are already, at once on
    /// the caller's thread.
    /// </summary>
    /// <param name="after">A number of records since the start of the host (<see cref="RecordBuffer.Added"/>).</param>
    /// <param name="done">The callback, which must not block.</param>
    public void Add(long after, Action done)
    {
        lock (_gate)
        {
            if (after > _stored)
            {
                _waiting.Enqueue((after, done));
                return;
            }
        }

        done();
    }

    /// <summary>Adds to the number of stored records and calls the callbacks that waited for them, on the queue thread.</summary>
    /// <exception cref="AggregateException">Callbacks threw; the others were called.</exception>
    public void Committed(long records)
    {
        List<Exception> failures = [];
        lock (_gate) _stored += records;
        while (true)
        {
            Action done;
            lock (_gate)
            {
                if (!_waiting.TryPeek(out var next) || next.After > _stored) break;
                done = _waiting.Dequeue().Done;
            }

            try
            {
                done();
            }
            catch (Exception exception)
            {
                failures.Add(exception);
            }
        }

        if (failures.Count > 0) throw new AggregateException(failures);
    }
}
