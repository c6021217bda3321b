using System.Buffers.Binary;
using System.Globalization;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Modbus.Info;
using PlantRuntime.Plugins.Modbus.Session;
using PlantRuntime.Plugins.Modbus.Wire;
using PlantRuntime.Serial;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Modbus.Diagnosis;

/// <summary>
/// Sends single reads to the units of a serial line for one diagnosis, each in a turn of its own. Owned by the diagnosis, one call at a
/// time; within a call the exchange loop calls the other members.
/// </summary>
internal sealed class SerialProbe : IExchange, IDisposable
{
    private readonly SerialLink _link;
    private readonly SerialRules _rules;
    private readonly TimeProvider _time;
    private readonly ExchangeLoop<RequestSession> _loop;
    private readonly byte[] _frame = new byte[8];
    private SerialConnection? _connection;
    private SerialRequest _request;
    private string? _reply;
    private bool _isDone;

    public SerialProbe(SerialSettings settings, SerialRules rules, TimeProvider time)
    {
        (_rules, _time) = (rules, time);
        _link = SerialLink.Join(settings, time);
        _loop = new ExchangeLoop<RequestSession>(static (message, inner) => new NotConnectedException(message, inner), time);
    }

    /// <summary>True if the adapter returned a request that it sent.</summary>
    public bool HasEcho => _connection is { Framing.HasEcho: true };

    /// <summary>Opens the port.</summary>
    /// <exception cref="NotConnectedException">The port cannot be used.</exception>
    public ValueTask OpenAsync(CancellationToken cancel) => InTurnAsync(token => _loop.ConnectAsync(OpenSession, token), cancel);

    /// <summary>Asks a unit and waits for its reply.</summary>
    /// <exception cref="NotConnectedException">The port has failed.</exception>
    public async ValueTask<SerialAnswer> AskAsync(SerialRequest request, CancellationToken cancel)
    {
        (_request, _reply, _isDone) = (request, null, false);
        var start = _time.GetTimestamp();
        await InTurnAsync(token => _loop.RunAsync(this, token), cancel).ConfigureAwait(false);
        return new SerialAnswer(_reply, _connection?.Framing.WhyNoReply, _time.GetElapsedTime(start));
    }

    /// <summary>Asks a unit for vendor, product and revision. Returns what it has told.</summary>
    public async ValueTask<IReadOnlyList<DeviceProperty>> IdentifyAsync(byte unit, CancellationToken cancel)
    {
        var identity = new DeviceIdentity();
        await InTurnAsync(token => identity.AskAsync(_loop, unit, _rules.Dialect, _time, token), cancel).ConfigureAwait(false);
        return [.. identity.Properties];
    }

    public void Dispose()
    {
        _loop.Dispose();
        _link.Dispose();
    }

    int IExchange.PrepareRound()
    {
        if (_isDone) return 0;
        ModbusReadRequest.Write(
            _frame, _request.Unit, _request.Area.ReadFunction(), (ushort)_request.Start, (ushort)_request.Count, _rules.Dialect);
        return 1;
    }

    Memory<byte> IExchange.Frames(int first, int count) => _frame;

    bool IExchange.Accept(int request, ReadOnlySpan<byte> frame)
    {
        _isDone = true;
        var place = $"{_request.Area.Name()}:{_request.Start}";
        var fault = ModbusReadRequest.ParseReply(
            frame, _request.Unit, _request.Area.ReadFunction(), _request.Count, _rules.Dialect, out var data);
        _reply = fault is not null ? $"refuses {place}: {fault.Reason}"
            : _request.Area.IsBits() ? $"{place} is {data[0] & 1}"
            : string.Create(CultureInfo.InvariantCulture, $"{place} is {BinaryPrimitives.ReadUInt16BigEndian(data)}");
        return true;
    }

    void IExchange.GiveUp(int request) => _isDone = true;

    bool IExchange.TryCompleteAtTimeout() => false;

    private async ValueTask InTurnAsync(Func<CancellationToken, ValueTask> call, CancellationToken cancel)
    {
        await _link.WaitForTurnAsync(cancel).ConfigureAwait(false);
        try
        {
            await call(cancel).ConfigureAwait(false);
        }
        finally
        {
            _link.EndTurn();
        }
    }

    private ValueTask<RequestSession> OpenSession(RequestTable table, CancellationToken cancel)
    {
        _link.Open();
        _connection = new SerialConnection(_link, _rules, new SerialUnits(), _time);
        return new ValueTask<RequestSession>(new RequestSession(_connection, _connection.Framing, table));
    }
}

/// <summary>A read of one register or bit, or of several.</summary>
internal readonly record struct SerialRequest(byte Unit, ModbusArea Area, int Start, int Count);

/// <summary>The outcome of a read.</summary>
/// <param name="Reply">The reply in words; null if there was none.</param>
/// <param name="WhyNone">The reason why there was none, if the received bytes tell it.</param>
/// <param name="After">Time to the reply.</param>
internal readonly record struct SerialAnswer(string? Reply, string? WhyNone, TimeSpan After);
