using System.Diagnostics;
using System.Globalization;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Modbus;

namespace PlantRuntime.Benchmarks.Modbus;

/// <summary>
/// Scans over a serial line against the time that the line itself needs: request, the device's delay, reply, and 3.5 characters of silence.
/// A pseudo terminal has no speed, so the units at its far end, a process of its own, send each byte when a line of that speed would have
/// delivered it. Then the processor time of an idle port, and the order in which 30 devices are read.
/// </summary>
internal static class ModbusSerialBenchmark
{
    private const int Registers = 10;
    private const int RequestBytes = 8;
    private const int ReplyHead = 5;
    private const double Goal = 0.9;
    private const double IdleGoal = 0.005;
    private static readonly TimeSpan s_delay = TimeSpan.FromMilliseconds(5);

    public static async Task RunAsync()
    {
        foreach (var baud in (int[])[9600, 115_200])
        {
            foreach (var registers in (int[])[Registers, 125]) await UtilisationAsync(baud, registers);
        }

        await IdleAsync();
        await OrderAsync();
    }

    private static async Task UtilisationAsync(int baud, int registers)
    {
        await using var units = await SerialUnits.StartAsync([1], baud, s_delay, isPaced: true);
        await using var driver = Open(units, baud, 1);
        var (reader, buffer) = Prepare(driver, registers);
        await InTurnAsync(driver, driver.ConnectAsync);
        var times = new List<double>();
        var scans = Math.Clamp(baud * 8 / 2 / (10 * (RequestBytes + ReplyHead + (2 * registers))), 100, 600);
        var (allocated, processor) = (0L, TimeSpan.Zero);
        var begin = Stopwatch.GetTimestamp();
        for (var i = -20; i < scans; i++)
        {
            if (i == 0)
            {
                begin = Stopwatch.GetTimestamp();
                (allocated, processor) = (GC.GetTotalAllocatedBytes(precise: true), Process.GetCurrentProcess().TotalProcessorTime);
            }

            var start = Stopwatch.GetTimestamp();
            await ScanAsync(driver, reader, buffer);
            if (i >= 0) times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        var total = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        var settings = driver.Settings;
        var line = (settings.DurationOf(RequestBytes + ReplyHead + (2 * registers)) + s_delay + settings.FrameSilence).TotalSeconds;
        var used = line * scans / total;
        var bytes = (GC.GetTotalAllocatedBytes(precise: true) - allocated) / (double)scans;
        var share = (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds / total;
        var good = buffer.Samples.ToArray().Count(sample => sample.Quality == Quality.Good);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"modbus-serial: {baud} baud, {good} of {registers} registers a scan, device's delay {s_delay.TotalMilliseconds} ms: "
            + $"scan {total / scans * 1000:F2} ms (median {times.Order().ElementAt(times.Count / 2) * 1000:F2}), line {line * 1000:F2} ms, "
            + $"utilisation {used:F3} (goal >= {Goal}); {bytes:F0} bytes allocated a scan, {share:P1} of a core"));
    }

    private static async Task IdleAsync()
    {
        await using var units = await SerialUnits.StartAsync([1], 9600);
        await using var driver = Open(units, 9600, 1);
        var (reader, buffer) = Prepare(driver, Registers);
        await InTurnAsync(driver, driver.ConnectAsync);
        await ScanAsync(driver, reader, buffer);
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        var start = Stopwatch.GetTimestamp();
        await Task.Delay(TimeSpan.FromSeconds(5));
        var idle = (Process.GetCurrentProcess().TotalProcessorTime - before) / Stopwatch.GetElapsedTime(start);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"modbus-serial: an idle port costs {idle:P2} of a core (goal < {IdleGoal:P1})"));
    }

    private static async Task OrderAsync()
    {
        const int Devices = 30;
        const int Rounds = 5;
        await using var units = await SerialUnits.StartAsync([.. Enumerable.Range(1, Devices)], 115_200, s_delay, isPaced: true);
        var drivers = Enumerable.Range(1, Devices).Select(unit => Open(units, 115_200, unit)).ToList();
        var prepared = drivers.ConvertAll(driver => Prepare(driver, Registers));
        foreach (var driver in drivers) await InTurnAsync(driver, driver.ConnectAsync);
        var order = new List<int>();
        var start = Stopwatch.GetTimestamp();
        for (var round = 0; round < Rounds; round++)
        {
            await Task.WhenAll(drivers.Select(async (driver, i) =>
            {
                await ScanAsync(driver, prepared[i].Reader, prepared[i].Buffer, () => order.Add(i));
            }));
        }

        var time = Stopwatch.GetElapsedTime(start).TotalMilliseconds / Rounds;
        var kept = order.Chunk(Devices).Count(round => round.SequenceEqual(Enumerable.Range(0, Devices)));
        var good = prepared.Sum(one => one.Buffer.Samples.ToArray().Count(sample => sample.Quality == Quality.Good));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"modbus-serial: {Devices} devices with {Registers} tags each, {good} good: a round takes {time:F0} ms; "
            + $"{kept} of {Rounds} rounds in order"));
        foreach (var driver in drivers) await driver.DisposeAsync();
    }

    private static ModbusSerialDriver Open(SerialUnits units, int baud, int unit) =>
        new(new ModbusOptions { Port = units.Port, Baud = baud, UnitId = unit }, new CapturingPluginLog());

    private static (IReader Reader, ScanBuffer Buffer) Prepare(ModbusSerialDriver driver, int registers)
    {
        var tags = Enumerable.Range(0, registers).Select(n => new TagDefinition($"t{n}", $"holding:{n}")).ToArray();
        return (driver.Prepare(tags), new ScanBuffer([.. tags.Select((tag, n) => new Tag(n, tag.Name, "device"))]));
    }

    // Calls back before the turn ends.
    private static async Task ScanAsync(ModbusSerialDriver driver, IReader reader, ScanBuffer buffer, Action? hasRead = null)
    {
        await driver.WaitForTurnAsync(CancellationToken.None).ConfigureAwait(false);
        buffer.Reset(DateTime.UnixEpoch);
        await reader.ReadAsync(buffer, CancellationToken.None).ConfigureAwait(false);
        hasRead?.Invoke();
        driver.EndTurn();
    }

    private static async Task InTurnAsync(ModbusSerialDriver driver, Func<CancellationToken, ValueTask> call)
    {
        await driver.WaitForTurnAsync(CancellationToken.None).ConfigureAwait(false);
        await call(CancellationToken.None).ConfigureAwait(false);
        driver.EndTurn();
    }
}
