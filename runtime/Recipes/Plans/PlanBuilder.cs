using System.Diagnostics;
using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Blocks;
using PlantRuntime.Recipes.Operators;
using PlantRuntime.Recipes.Payloads;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Plans;

/// <summary>
/// Collects the declarations of a recipe. The host creates one for each run of a recipe's top level; the code generated for <c>Plant</c>
/// and <c>Sinks</c> passes it to the devices. Used on the thread that runs the top level; not thread-safe. Errors are collected in
/// <see cref="Problems"/>, not thrown.
/// </summary>
public sealed class PlanBuilder
{
    private readonly Dictionary<string, SourceNode> _sources = new(StringComparer.Ordinal);
    private readonly IReadOnlyDictionary<string, IReadOnlyList<Tag>> _devices;
    private readonly List<Route> _routes = [];
    private readonly List<TagWriteTarget> _writes = [];
    private readonly List<ITimed> _timed = [];
    private readonly List<Mirror> _mirrors = [];
    private readonly List<BlockDecoding> _decodings = [];
    private readonly List<BlockEncoding> _images = [];
    private readonly List<Node> _stateful = [];
    private readonly List<GroupCounters> _groups = [];
    private readonly List<PlanProblem> _problems = [];
    private readonly List<Question> _questions = [];
    private readonly List<(Func<bool> IsUnconnected, PlanProblem Warning)> _flows = [];
    private readonly JsonValueWriters _writers = new();
    private readonly Action<Exception> _fault;
    private readonly IBlockCheck? _blocks;
    private readonly Func<string, string, string?>? _whyWriteRefused;
    private readonly Func<string, string?>? _whyNotAsked;

    /// <summary>Creates a builder for these devices and their tags.</summary>
    /// <param name="devices">Tags by device name.</param>
    /// <param name="time">The clock of the operators.</param>
    /// <param name="fault">Receives every exception of a lambda of the recipe; only the branch of that lambda loses the scan.</param>
    /// <param name="blocks">Checks blocks; null to check nothing.</param>
    /// <param name="whyWriteRefused">Returns why a tag of a device cannot be written; null if it can.</param>
    /// <param name="siteStatus">Tells about the host; null for a host without alerts.</param>
    /// <param name="zone">The zone of the site, in which days begin; UTC when not given.</param>
    /// <param name="whyNotAsked">Returns why a sink gives no answers; null if it does.</param>
    internal PlanBuilder(
        IReadOnlyDictionary<string, IReadOnlyList<Tag>> devices, TimeProvider time, Action<Exception> fault, IBlockCheck? blocks = null,
        Func<string, string, string?>? whyWriteRefused = null, ISiteStatus? siteStatus = null,
        TimeZoneInfo? zone = null, Func<string, string?>? whyNotAsked = null)
    {
        SiteStatus = siteStatus ?? NoSiteStatus.Instance;
        _blocks = blocks;
        _whyWriteRefused = whyWriteRefused;
        _whyNotAsked = whyNotAsked;
        _devices = devices;
        _fault = fault;
        Clock = new PlanClock(time, zone);
    }

    internal PlanClock Clock { get; }

    /// <summary>Tells about the host that runs the plan.</summary>
    internal ISiteStatus SiteStatus { get; }

    internal IReadOnlyList<PlanProblem> Problems => _problems;

    internal SourceNode Source(string device)
    {
        if (_sources.TryGetValue(device, out var source)) return source;
        return _sources[device] = new SourceNode(new ScanSchema(device, _devices[device]));
    }

    internal Route AddRoute(IEnumerable<SinkRef> sinks)
    {
        var route = new Route([.. sinks.Select(s => s.Name).Distinct()]);
        if (route.Sinks.Count == 0) Report("To needs a sink");
        _routes.Add(route);
        return route;
    }

    internal Route AddQuestion(SinkRef sink, string name, QuestionLimits limits, Flow<Answer> answers)
    {
        if (limits.MaxAge <= TimeSpan.Zero) Report("maxAge is greater than zero, for instance maxAge: 1.Minutes");
        if (limits.Attempts < 1) Report("attempts is at least 1");
        if (!Question.IsName(name)) Report($"a name has letters, digits, _ and -, and \"{name}\" has others", name);
        if (_questions.Any(q => q.Name == name))
            Report($"this recipe has another Ask named {name}: give each a name, as in Ask(Sinks.{sink.Name}, name: \"second\")");
        if (_whyNotAsked?.Invoke(sink.Name) is { } reason) Report(reason);
        var route = new Route([sink.Name]) { Question = name };
        _routes.Add(route);
        _questions.Add(new Question(route, name, limits, answers));
        var unused = CallerLocation("nothing uses these answers: end them with .To(Sinks…), or send with To", word: null, warning: true);
        _flows.Add((() => answers.IsUnconnected, unused));
        return route;
    }

    internal void AddMirror(Mirror mirror)
    {
        CheckOnlyWriter(mirror.Target, mirror.TargetAddress);
        _mirrors.Add(mirror);
    }

    internal void AddImage(BlockEncoding image)
    {
        CheckOnlyWriter(image.Device, image.Address);
        _images.Add(image);
    }

    internal ScanFlow AddDecoding(BlockDecoding decoding)
    {
        _decodings.Add(decoding);
        WarnIfUnconnected(decoding.Source);
        return new ScanFlow(this, [decoding.Source]);
    }

    /// <summary>Reports a block that cannot be read or written.</summary>
    internal void CheckBlock(string device, string address, int bytes, bool isWritten)
    {
        if (_blocks?.Check(device, address, bytes, isWritten) is { } problem) Report(problem, address);
    }

    /// <summary>Names the devices that have a tag, for a tag that is missing in the flow of another one; empty if none has it.</summary>
    internal string HintAtOwner(string tag)
    {
        var owners = _devices.Where(d => d.Value.Any(t => t.Name == tag)).Select(d => d.Key).Order(StringComparer.Ordinal).ToList();
        return owners.Count == 0 ? "" : $"; device {string.Join(" and ", owners)} has it: begin with its scans, or add them with Join";
    }

    internal TagWriteTarget AddWrite(Device device, string tag)
    {
        var statement = CallerLocation("", tag, warning: false);
        if (_devices[device.Name].All(t => t.Name != tag))
        {
            var hint = Nearest.DidYouMean(tag, _devices[device.Name].Select(t => t.Name));
            _problems.Add(statement with { Message = $"no tag \"{tag}\" in device {device.Name}{hint}" });
        }
        else if (_whyWriteRefused?.Invoke(device.Name, tag) is { } reason) _problems.Add(statement with { Message = reason });
        var point = new TagWriteTarget(device.Name, tag, statement);
        _writes.Add(point);
        return point;
    }

    private void CheckOnlyWriter(string device, string address)
    {
        if (_mirrors.Any(m => m.Target == device && m.TargetAddress == address))
            Report($"another mirror already copies to {device} {address}", address);
        if (_images.Any(i => i.Device == device && i.Address == address))
            Report($"another EncodeTo already writes {device} {address}", address);
    }

    /// <summary>Adds an operator after another.</summary>
    internal void Attach(Node branch, Node node, OperatorPath path)
    {
        branch.Attach(node);
        Register(node, path);
    }

    /// <summary>Adds an operator that is about the host and follows no device.</summary>
    internal void AddSiteNode(Func<ScanSchema, Node> create, string name, params object?[] arguments) =>
        Register(create(new ScanSchema("site", [])), new OperatorPath(null, "site").Append(name, [], arguments));

    /// <summary>Adds the timer of groups, which no device feeds, and their counters.</summary>
    internal void AddGroups(GroupCounters counters, Node timer, OperatorPath path)
    {
        _groups.Add(counters);
        Register(timer, path);
    }

    /// <summary>Adds an operator that is attached already.</summary>
    internal void Register(Node node, OperatorPath path)
    {
        node.Path = path;
        if (node is ITimed timed) _timed.Add(timed);
        if (node is IStateful) _stateful.Add(node);
        WarnIfUnconnected(node);
    }

    /// <summary>Reports an error of a running recipe that no lambda threw.</summary>
    internal void Fault(Exception exception) => _fault(exception);

    /// <summary>Wraps a lambda of the recipe so that its exceptions are reported and do not propagate.</summary>
    internal GuardedLambda<TIn, TOut> GuardLambda<TIn, TOut>(Func<TIn, TOut> function) => new(function, _fault);

    /// <summary>Creates a writer for payloads of one type, which must be JSON objects.</summary>
    internal PayloadWriter<T> Payload<T>()
    {
        try
        {
            if (_writers.IsObject(typeof(T))) return new PayloadWriter<T>((JsonValueWriter<T>)_writers.Get(typeof(T)), this);
            Report("a payload is a JSON object: new { name = value, … } or a dictionary");
        }
        catch (NotSupportedException exception)
        {
            Report(exception.Message);
        }

        return new PayloadWriter<T>(new DelegateWriter<T>((writer, _) => writer.WriteNullValue()), this);
    }

    /// <summary>Records an error at the current statement of the recipe.</summary>
    internal void Report(string message, string? word = null) => _problems.Add(CallerLocation(message, word, warning: false));

    /// <summary>Registers a flow, so that <see cref="Build"/> warns if it is not connected to an output.</summary>
    internal void WarnIfUnconnected(Node node) =>
        _flows.Add((
            () => node.IsUnconnected, CallerLocation("this flow has no output: end it with .To(Sinks…)", word: null, warning: true)));

    internal Plan Build()
    {
        foreach (var (isUnconnected, warning) in _flows)
        {
            if (isUnconnected()) _problems.Add(warning);
        }

        return new Plan(_sources, _routes, _writes, _mirrors, _decodings, _images, _timed, _stateful, _questions, Clock)
        {
            Groups = [.. _groups],
        };
    }

    /// <summary>Returns the location of the recipe's statement: the first stack frame outside this assembly.</summary>
    private static PlanProblem CallerLocation(string message, string? word, bool warning)
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
