namespace PlantRuntime.Host.Delivery;

/// <summary>Who wants to know when all that was handed over up to some point is stored.</summary>
internal sealed class CommitMarks
{
    private readonly Lock _gate = new();
    private readonly Queue<(long After, Action Done)> _marks = new();
    private long _stored;

    /// <summary>Calls <paramref name="done"/> when <paramref name="after"/> records are stored; at once when they are.</summary>
    public void Add(long after, Action done)
    {
        lock (_gate)
        {
            if (after > _stored)
            {
                _marks.Enqueue((after, done));
                return;
            }
        }

        done();
    }

    /// <summary>This many more records are stored.</summary>
    public void Stored(long records)
    {
        lock (_gate) _stored += records;
        while (true)
        {
            Action done;
            lock (_gate)
            {
                if (!_marks.TryPeek(out var mark) || mark.After > _stored) return;
                done = _marks.Dequeue().Done;
            }

            done();
        }
    }
}
