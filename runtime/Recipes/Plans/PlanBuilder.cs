using System.Diagnostics;
using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Payloads;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Plans;

/// <summary>
/// Collects what a recipe declares. The host makes one for each run of a recipe's top level; the code that the host generates for
/// <c>Plant</c> and <c>Sinks</c> hands it to the devices and sinks.
/// </summary>
public sealed class PlanBuilder
{
    private readonly Dictionary<string, SourceNode> _sources = new(StringComparer.Ordinal);
    private readonly IReadOnlyDictionary<string, IReadOnlyList<Tag>> _devices;
    private readonly List<Route> _routes = [];
    private readonly List<WritePoint> _writes = [];
    private readonly List<ITimed> _timed = [];
    private readonly List<Mirror> _mirrors = [];
    private readonly List<Decoding> _decodings = [];
    private readonly List<ImagePoint> _images = [];
    private readonly List<Node> _stateful = [];
    private readonly List<PlanProblem> _problems = [];
    private readonly List<(Node Node, PlanProblem Warning)> _ends = [];
    private readonly JsonShapes _shapes = new();
    private readonly Action<Exception> _fault;
    private readonly IBlockCheck? _blocks;
    private readonly Func<string, string, string?>? _writeObjection;

    /// <summary>A builder for these devices and their tags.</summary>
    /// <param name="devices">Tags by device name.</param>
    /// <param name="time">The clock that operators live by.</param>
    /// <param name="fault">Told of every exception that a recipe's lambda throws; the scan is lost to that branch alone.</param>
    /// <param name="blocks">Knows which blocks can be read and written; null where nobody does.</param>
    /// <param name="writeObjection">Why a tag of a device may not be written, or null when it may.</param>
    internal PlanBuilder(
        IReadOnlyDictionary<string, IReadOnlyList<Tag>> devices, TimeProvider time, Action<Exception> fault, IBlockCheck? blocks = null,
        Func<string, string, string?>? writeObjection = null)
    {
        _blocks = blocks;
        _writeObjection = writeObjection;
        _devices = devices;
        _fault = fault;
        Clock = new PlanClock(time);
    }

    internal PlanClock Clock { get; }

    internal IReadOnlyList<PlanProblem> Problems => _problems;

    internal SourceNode Source(string device)
    {
        if (_sources.TryGetValue(device, out var source)) return source;
        return _sources[device] = new SourceNode(new Schema(device, _devices[device]));
    }

    internal Route AddRoute(IEnumerable<SinkRef> sinks)
    {
        var route = new Route([.. sinks.Select(s => s.Name).Distinct()]);
        if (route.Sinks.Count == 0) Report("To needs a sink");
        _routes.Add(route);
        return route;
    }

    internal void AddMirror(Mirror mirror)
    {
        CheckIsAlone(mirror.Target, mirror.TargetAddress);
        _mirrors.Add(mirror);
    }

    internal void AddImage(ImagePoint image)
    {
        CheckIsAlone(image.Device, image.Address);
        _images.Add(image);
    }

    internal ScanFlow AddDecoding(Decoding decoding)
    {
        _decodings.Add(decoding);
        WatchEnd(decoding.Source);
        return new ScanFlow(this, [decoding.Source]);
    }

    /// <summary>Reports a block that cannot be read, or written.</summary>
    internal void CheckBlock(string device, string address, int bytes, bool isWritten)
    {
        if (_blocks?.Check(device, address, bytes, isWritten) is { } problem) Report(problem, address);
    }

    internal WritePoint AddWrite(Device device, string tag)
    {
        var statement = Here("", tag, warning: false);
        if (_devices[device.Name].All(t => t.Name != tag))
        {
            var hint = Nearest.Hint(tag, _devices[device.Name].Select(t => t.Name));
            _problems.Add(statement with { Message = $"no tag \"{tag}\" in device {device.Name}{hint}" });
        }
        else if (_writeObjection?.Invoke(device.Name, tag) is { } objection) _problems.Add(statement with { Message = objection });
        var point = new WritePoint(device.Name, tag, statement);
        _writes.Add(point);
        return point;
    }

    private void CheckIsAlone(string device, string address)
    {
        if (_mirrors.Any(m => m.Target == device && m.TargetAddress == address))
            Report($"another mirror copies to {device} {address} already", address);
        if (_images.Any(i => i.Device == device && i.Address == address))
            Report($"another EncodeTo writes {device} {address} already", address);
    }

    /// <summary>Puts an operator behind another.</summary>
    internal void Attach(Node branch, Node node, Place place)
    {
        node.Place = place;
        branch.Attach(node);
        if (node is ITimed timed) _timed.Add(timed);
        if (node is IStateful) _stateful.Add(node);
        WatchEnd(node);
    }

    /// <summary>Tells of something that went wrong while the recipe runs.</summary>
    internal void Fault(Exception exception) => _fault(exception);

    /// <summary>A lambda of the recipe, fenced: what it throws is reported and goes no further.</summary>
    internal UserCode<TIn, TOut> Fence<TIn, TOut>(Func<TIn, TOut> function) => new(function, _fault);

    /// <summary>A writer of payloads of one type, which must make a JSON object.</summary>
    internal PayloadWriter<T> Payload<T>()
    {
        try
        {
            if (_shapes.IsObject(typeof(T))) return new PayloadWriter<T>((JsonShape<T>)_shapes.Of(typeof(T)), this);
            Report("a payload is a JSON object: new { name = value, … } or a dictionary");
        }
        catch (NotSupportedException exception)
        {
            Report(exception.Message);
        }

        return new PayloadWriter<T>(new ActionShape<T>((writer, _) => writer.WriteNullValue()), this);
    }

    /// <summary>Notes a mistake at the statement of the recipe that is being run.</summary>
    internal void Report(string message, string? word = null) => _problems.Add(Here(message, word, warning: false));

    /// <summary>Notes a flow, so that <see cref="Build"/> can warn when nothing ever leaves it.</summary>
    internal void WatchEnd(Node node) =>
        _ends.Add((node, Here("this flow goes nowhere: end it with .To(Sinks…)", word: null, warning: true)));

    internal Plan Build()
    {
        foreach (var (node, warning) in _ends)
        {
            if (node.IsEnd) _problems.Add(warning);
        }

        return new Plan(_sources, _routes, _writes, _mirrors, _decodings, _images, _timed, _stateful, Clock);
    }

    /// <summary>The recipe's own frame: the first one above us whose assembly is not this library.</summary>
    private static PlanProblem Here(string message, string? word, bool warning)
    {
        foreach (var frame in new StackTrace(fNeedFileInfo: true).GetFrames())
        {
            var assembly = frame.GetMethod()?.Module.Assembly;
            if (assembly == typeof(PlanBuilder).Assembly || frame.GetFileName() is not { } file) continue;
            return new PlanProblem(file, frame.GetFileLineNumber(), frame.GetFileColumnNumber(), message, word, warning);
        }

        return new PlanProblem(null, 0, 0, message, word, warning);
    }
}
