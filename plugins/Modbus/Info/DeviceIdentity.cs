using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Modbus.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Modbus.Info;

/// <summary>
/// Asks a device for its vendor, product and revision (function 43/14) once per connection. A device that refuses, stays silent or closes
/// the connection is never asked again. A driver owns it; within <see cref="AskAsync"/> the exchange loop calls the other members, one
/// call at a time; not thread-safe.
/// </summary>
internal sealed class DeviceIdentity : IExchange
{
    // The seven standard objects fit into fewer replies, also one by one.
    private const int MaxRequests = 8;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, string> _texts = [];
    private readonly byte[] _frame = new byte[Mbap.Size + ReadDeviceIdentification.RequestBytes];
    private ModbusDialect _dialect = ModbusDialect.Standard;
    private byte _unit;
    private (byte Code, byte Object) _next;
    private int _requests;
    private int _length;
    private bool _isAsked;
    private bool _isUnsupported;

    /// <summary>Vendor, product and revision as the device states them; empty before it was asked.</summary>
    public IEnumerable<DeviceProperty> Properties => _texts.Select(text => new DeviceProperty(text.Key, text.Value));

    bool IExchange.ShowsSilence => false;

    /// <summary>Reports that a connection is being opened, over which the device may be asked.</summary>
    public void BeginConnection() => _isAsked = false;

    /// <summary>Asks the device, unless it was asked over this connection or is known not to support it.</summary>
    public async ValueTask AskAsync(ExchangeLoop<RequestSession> loop, byte unit, ModbusDialect dialect, TimeProvider time,
        CancellationToken cancel)
    {
        if (_isAsked || _isUnsupported) return;
        (_isAsked, _unit, _dialect, _next, _requests) = (true, unit, dialect, (ReadDeviceIdentification.Basic, 0), 0);
        using var limit = new CancellationTokenSource(s_limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        await loop.RunAsync(this, both.Token).ConfigureAwait(false);
    }

    int IExchange.PrepareRound()
    {
        if (_isUnsupported || _next.Code == 0 || _requests == MaxRequests) return 0;
        _requests++;
        _length = ReadDeviceIdentification.Write(_frame, _unit, _next.Code, _next.Object, _dialect.Frame);
        return 1;
    }

    Memory<byte> IExchange.Frames(int first, int count) => _frame.AsMemory(0, _length);

    bool IExchange.Accept(int request, ReadOnlySpan<byte> frame)
    {
        if (ReadDeviceIdentification.ParseReply(frame, _unit, _next.Code, _dialect, _texts) is { } next) _next = next;
        else _isUnsupported = true;
        return true;
    }

    void IExchange.GiveUp(int request) => _isUnsupported = true;

    bool IExchange.TryCompleteAtTimeout() => _isUnsupported = true;

    string IExchange.ConnectionLost(string reason)
    {
        _isUnsupported = true;
        return reason;
    }
}
