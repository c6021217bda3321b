using System.IO.Ports;
using System.Runtime.CompilerServices;
using PlantRuntime.Wire;

namespace PlantRuntime.Serial;

/// <summary>
/// A serial port and the devices that share it. There is one object per port, created for the first device and closed with the last one.
/// Only the device that has the turn calls it, so all calls except <see cref="Acquire"/> and <see cref="Release"/> follow each other.
/// </summary>
internal sealed class SerialLine
{
    // Longest wait for the end of foreign bytes before a request is sent into them.
    private static readonly TimeSpan s_longestNoise = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_longestEcho = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(1);

    // Guards the table and the number of devices of each line.
    private static readonly Lock s_gate = new();
    private static readonly List<SerialLine> s_lines = [];

    private readonly string _name;
    private readonly TimeProvider _time;
    private readonly ReusableDelay _delay;
    private readonly byte[] _dropped = new byte[512];
    private SerialPort? _port;
    private PortFile? _file;

    // Transfers the bytes on Linux; elsewhere the port's stream does.
    private PortReader? _reader;
    private SerialSettings? _settings;
    private CancellationTokenSource _silence;
    private long _busyUntil;

    private SerialLine(string name, TimeProvider time)
    {
        (_name, _time) = (name, time);
        _silence = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _delay = new ReusableDelay(time);
        Turns = new LineTurns(time);
    }

    /// <summary>The turns of the devices.</summary>
    public LineTurns Turns { get; }

    /// <summary>Returns the line of a port. Names that are links to one device file are one port.</summary>
    public static SerialLine Acquire(string port, TimeProvider time)
    {
        var target = ResolveName(port);
        lock (s_gate)
        {
            // Links of unplugged adapters lead elsewhere when they are back, so targets are compared as they are now.
            var line = s_lines.Find(line => line._name == port) ?? s_lines.Find(line => ResolveName(line._name) == target);
            if (line is null) s_lines.Add(line = new SerialLine(port, time));
            line.Turns.Devices++;
            return line;
        }
    }

    /// <summary>Closes the port when its last device leaves.</summary>
    public void Release()
    {
        lock (s_gate)
        {
            if (--Turns.Devices > 0) return;
            s_lines.Remove(this);
        }

        Close();
        _delay.Dispose();
        Turns.Dispose();
    }

    /// <summary>Opens the port if it is closed, and applies the settings if they differ.</summary>
    /// <exception cref="LinkException">The port is missing, in use, or may not be used.</exception>
    public void Open(SerialSettings settings)
    {
        if (_port is not null && _settings == settings) return;
        try
        {
            if (_port is null)
            {
                _file = PortFile.Acquire(_name);
                _port = new SerialPort(_name, settings.Baud, settings.Parity, settings.DataBits, settings.StopBits);
                _port.Open();
                if (OperatingSystem.IsLinux()) _reader = new PortReader(_file!, _name, _time);
            }
            else
            {
                (_port.BaudRate, _port.Parity) = (settings.Baud, settings.Parity);
                (_port.DataBits, _port.StopBits) = (settings.DataBits, settings.StopBits);
            }

            if (settings.RtsSends) _port.RtsEnable = false;
            _settings = settings;
        }
        catch (ArgumentException exception)
        {
            throw Closed(new SerialSettingsException($"{_name} does not accept {settings}", exception));
        }
        catch (Exception exception)
        {
            throw Closed(exception);
        }
    }

    /// <summary>Waits for the end of the frame before, and sends a frame.</summary>
    /// <returns>False if the device has an echo and other bytes came back than were sent.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> SendAsync(SerialSettings settings, ReadOnlyMemory<byte> frame, CancellationToken cancel)
    {
        Open(settings);
        try
        {
            await WaitForSilenceAsync(settings, cancel).ConfigureAwait(false);
            if (settings.RtsSends) _port!.RtsEnable = true;
            await WriteAsync(frame, cancel).ConfigureAwait(false);
            SetBusy(settings.DurationOf(frame.Length));
            if (settings.RtsSends) await EndSendingAsync(cancel).ConfigureAwait(false);
            return !settings.HasEcho || await DropEchoAsync(settings, frame, cancel).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw Closed(exception);
        }
    }

    /// <summary>Waits for bytes. Returns their number; 0 if none came for so long.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReceiveAsync(Memory<byte> into, TimeSpan silence, CancellationToken cancel)
    {
        if (_port is null) throw new LinkException($"{_name} is closed");
        try
        {
            var count = await ReadAsync(into, silence, cancel).ConfigureAwait(false);
            if (count > 0) SetBusy(TimeSpan.Zero);
            return count;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw Closed(exception);
        }
    }

    /// <summary>Postpones the next request.</summary>
    public void KeepSilent(TimeSpan duration) => SetBusy(duration);

    private static string ResolveName(string port)
    {
        try
        {
            return File.ResolveLinkTarget(port, returnFinalTarget: true)?.FullName ?? port;
        }
        catch (IOException)
        {
            // A missing port, or a name that is none of a file, such as COM3.
            return port;
        }
    }

    private void SetBusy(TimeSpan duration) =>
        _busyUntil = Math.Max(_busyUntil, TimestampAfter(duration));

    /// <summary>Drops received bytes until none came for the silence between frames.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WaitForSilenceAsync(SerialSettings settings, CancellationToken cancel)
    {
        var began = _time.GetTimestamp();
        while (true)
        {
            if (_port!.BytesToRead > 0)
            {
                _port.DiscardInBuffer();
                if (_time.GetElapsedTime(began) < s_longestNoise) SetBusy(TimeSpan.Zero);
            }

            var wait = settings.FrameSilence - _time.GetElapsedTime(_busyUntil);
            if (wait <= TimeSpan.Zero) return;
            if (wait > 2 * s_tick) await _delay.WaitAsync(wait - s_tick, cancel).ConfigureAwait(false);
            else await Task.Yield();
        }
    }

    /// <summary>Waits until the last bit has left, then switches the adapter to receiving.</summary>
    private async ValueTask EndSendingAsync(CancellationToken cancel)
    {
        try
        {
            for (var rest = Remaining(); rest > TimeSpan.Zero || _port!.BytesToWrite > 0; rest = Remaining())
            {
                if (rest > 2 * s_tick) await _delay.WaitAsync(rest - s_tick, cancel).ConfigureAwait(false);
                else await Task.Yield();
            }
        }
        finally
        {
            _port!.RtsEnable = false;
        }

        TimeSpan Remaining() => _time.GetElapsedTime(_time.GetTimestamp(), _busyUntil);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> DropEchoAsync(SerialSettings settings, ReadOnlyMemory<byte> frame, CancellationToken cancel)
    {
        var isRight = true;
        while (!frame.IsEmpty)
        {
            var part = _dropped.AsMemory(0, Math.Min(frame.Length, _dropped.Length));
            var count = await ReceiveAsync(part, settings.DurationOf(frame.Length) + s_longestEcho, cancel).ConfigureAwait(false);
            if (count == 0) return false;
            isRight &= part.Span[..count].SequenceEqual(frame.Span[..count]);
            frame = frame[count..];
        }

        return isRight;
    }

    private ValueTask WriteAsync(ReadOnlyMemory<byte> frame, CancellationToken cancel)
    {
        if (_reader is null) return _port!.BaseStream.WriteAsync(frame, cancel);
        var count = _file!.Write(frame.Span);
        return count == frame.Length ? default : WriteRestAsync(frame[count..], cancel);
    }

    private async ValueTask WriteRestAsync(ReadOnlyMemory<byte> frame, CancellationToken cancel)
    {
        while (!frame.IsEmpty)
        {
            await _delay.WaitAsync(s_tick, cancel).ConfigureAwait(false);
            frame = frame[_file!.Write(frame.Span)..];
        }
    }

    private ValueTask<int> ReadAsync(Memory<byte> into, TimeSpan silence, CancellationToken cancel)
    {
        if (_reader is null) return ReadStreamAsync(into, silence, cancel);
        var until = silence == Timeout.InfiniteTimeSpan ? long.MaxValue : TimestampAfter(silence);
        return _reader.ReadAsync(into, until, cancel);
    }

    private async ValueTask<int> ReadStreamAsync(Memory<byte> into, TimeSpan silence, CancellationToken cancel)
    {
        if (!_silence.TryReset()) _silence = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        var ended = _silence;
        using var outer = cancel.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), ended);
        ended.CancelAfter(silence);
        try
        {
            var count = await _port!.BaseStream.ReadAsync(into, ended.Token).ConfigureAwait(false);
            return count > 0 ? count : throw new IOException("the adapter reports the end of its data");
        }
        catch (OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            return 0;
        }
        finally
        {
            ended.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    private long TimestampAfter(TimeSpan duration) =>
        _time.GetTimestamp() + (long)(duration.TotalSeconds * _time.TimestampFrequency);

    /// <summary>Closes the port and returns the exception that says why.</summary>
    private Exception Closed(Exception exception)
    {
        Close();
        return SerialFailures.From(_name, exception) ?? exception;
    }

    private void Close()
    {
        var (port, file, reader) = (_port, _file, _reader);
        (_port, _file, _reader, _settings) = (null, null, null, null);
        try
        {
            port?.Dispose();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            // The adapter is gone already.
        }

        if (reader is not null) reader.Dispose();
        else file?.Dispose();
    }
}
