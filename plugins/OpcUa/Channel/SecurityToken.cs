using PlantRuntime.Plugins.OpcUa.Security;

namespace PlantRuntime.Plugins.OpcUa.Channel;

/// <summary>
/// One token of a channel with its keys (OPC 10000-4, 5.6.2). After a renewal messages of the old token are accepted until 125 % of its
/// lifetime, because the server may still have been sending them.
/// </summary>
internal sealed class SecurityToken(uint id, TimeSpan lifetime, long created, SymmetricKeys? sending, SymmetricKeys? receiving)
    : IDisposable
{
    public uint Id => id;

    public TimeSpan Lifetime => lifetime;

    /// <summary>Keys of the client's messages; null without security.</summary>
    public SymmetricKeys? Sending => sending;

    /// <summary>Keys of the server's messages.</summary>
    public SymmetricKeys? Receiving => receiving;

    public bool IsAcceptedAt(TimeProvider time) => time.GetElapsedTime(created) <= lifetime * 1.25;

    public void Dispose()
    {
        sending?.Dispose();
        receiving?.Dispose();
    }
}
