using System.Runtime.InteropServices;

namespace PlantRuntime.Plugins.Postgres.Listen;

/// <summary>A notification that was received. Immutable.</summary>
/// <param name="Channel">Its channel.</param>
/// <param name="Payload">Its payload.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Notification(string Channel, string Payload);

/// <summary>
/// The notifications that were received and not read yet. Npgsql adds them while it waits or reads an answer, within a call of the reader;
/// the driver is one call at a time. Outlives connections.
/// </summary>
/// <param name="isBounded">True if a table holds them too, so that those beyond the limit can be dropped and read from it.</param>
internal sealed class NotificationBuffer(bool isBounded)
{
    private const int MaxCount = 10_000;
    private const int MaxCharacters = 4 << 20;

    private readonly Queue<Notification> _waiting = new();
    private int _characters;
    private bool _hasOverflowed;

    /// <summary>Number of notifications since the driver was opened.</summary>
    public long Received { get; private set; }

    /// <summary>Adds a notification.</summary>
    public void Add(string channel, string payload)
    {
        Received++;
        if (isBounded && (_waiting.Count >= MaxCount || _characters + payload.Length > MaxCharacters))
        {
            _hasOverflowed = true;
            return;
        }

        _waiting.Enqueue(new Notification(channel, payload));
        _characters += payload.Length;
    }

    /// <summary>Removes the oldest.</summary>
    public bool TryDequeue(out Notification oldest)
    {
        if (!_waiting.TryDequeue(out oldest)) return false;
        _characters -= oldest.Payload.Length;
        return true;
    }

    /// <summary>Returns whether notifications were dropped since the last call.</summary>
    public bool DrainOverflow()
    {
        var had = _hasOverflowed;
        _hasOverflowed = false;
        return had;
    }
}
