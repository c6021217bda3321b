using PlantRuntime.Plugins.EtherNetIp.Wire;

namespace PlantRuntime.Plugins.EtherNetIp.Session;

/// <summary>
/// Gives out the serial numbers of connections. A controller keeps a connection for a while after its client is gone, and refuses another
/// one with the same numbers; so they differ between devices, and begin at another place after each restart.
/// </summary>
internal sealed class ConnectionSerials
{
    private readonly uint _originator;
    private ushort _last;

    /// <param name="time">Time of the start: another one at each restart.</param>
    /// <param name="name">Site and device: another one for each of them that starts at the same moment.</param>
    public ConnectionSerials(TimeProvider time, string name)
    {
        // FNV-1a over both.
        var hash = 14695981039346656037UL;
        foreach (var c in $"{name}/{Environment.MachineName}/{Environment.ProcessId}/{time.GetUtcNow().Ticks}")
            hash = (hash ^ c) * 1099511628211UL;
        _originator = (uint)(hash >> 32);
        _last = (ushort)hash;
    }

    /// <summary>The numbers of the next connection.</summary>
    public ConnectionTriad Next()
    {
        _last = _last == ushort.MaxValue ? (ushort)1 : (ushort)(_last + 1);
        return new ConnectionTriad(_last, _originator);
    }
}
