using PlantRuntime.Contracts;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Plans;

/// <summary>
/// One operator in the flow of one device. A node owns the scan that is pushed into it until the call returns and can change it in place.
/// Where a flow branches, each branch except the last gets a copy. Called on the recipe's thread; never does I/O, waits or logs.
/// </summary>
internal abstract class Node(ScanSchema schema)
{
    private Node[] _next = [];
    private Scan[] _copies = [];

    /// <summary>The tags that leave this node.</summary>
    public ScanSchema Schema { get; } = schema;

    /// <summary>Path of the operator in the plan, set when it is attached.</summary>
    public OperatorPath Path { get; set; } = new(null, schema.Device);

    /// <summary>True if no operator or output follows.</summary>
    public virtual bool IsUnconnected => _next.Length == 0;

    public abstract void Push(Scan scan);

    /// <summary>
    /// Calls the lambdas of this operator and of those after it with a scan that has all tags, also where no scan would come yet. Finds a
    /// lambda that reads a tag which a device of a merged flow does not have. Called only in a dry run.
    /// </summary>
    /// <param name="scan">A scan from <see cref="CreateTrial"/>.</param>
    public virtual void Probe(Scan scan)
    {
        foreach (var next in _next) next.Probe(CreateTrial(Schema, scan.Time, scan.Timestamp));
    }

    public void Attach(Node next)
    {
        _next = [.. _next, next];
        if (_next.Length > 1) _copies = [.. _copies, new Scan(Schema)];
    }

    /// <summary>Returns a scan for a dry run in which all tags of a flow are 0.</summary>
    public static Scan CreateTrial(ScanSchema schema, DateTime time, long timestamp)
    {
        var scan = new Scan(schema) { Number = 1, Time = time, Timestamp = timestamp };
        scan.Fill([.. schema.Tags.Select(tag => new Sample { Tag = tag, Value = 0.0, Time = time })]);
        return scan;
    }

    protected void Emit(Scan scan)
    {
        var last = _next.Length - 1;
        for (var i = 0; i < last; i++)
        {
            _copies[i].CopyFrom(scan);
            _next[i].Push(_copies[i]);
        }

        if (last >= 0) _next[last].Push(scan);
    }
}

/// <summary>The entry point for the scans of a device.</summary>
internal sealed class SourceNode(ScanSchema schema) : Node(schema)
{
    /// <summary>Processes a scan, which the plan owns until the call returns.</summary>
    public override void Push(Scan scan) => Emit(scan);
}

/// <summary>An operator that also acts without a scan. <see cref="Plan.Tick"/> calls it on the recipe's thread.</summary>
internal interface ITimed
{
    /// <summary>Monotonic timestamp of its next action.</summary>
    long Due { get; }

    /// <summary>Sets the first action, unless the state was carried over. Called once, before the first scan.</summary>
    void Start(long now, DateTime utcNow);

    /// <summary>Acts; afterwards <see cref="Due"/> is later than <paramref name="now"/>.</summary>
    void OnDue(long now, DateTime utcNow);
}
