using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Plans;

/// <summary>
/// One step of one device's flow. A node owns the scan that is pushed into it and may change it in place: where a flow branches,
/// each branch but the last gets a copy.
/// </summary>
internal abstract class Node(Schema schema)
{
    private Node[] _next = [];
    private Scan[] _copies = [];

    /// <summary>The tags that leave this node.</summary>
    public Schema Schema { get; } = schema;

    /// <summary>Where it stands in the plan, once it is attached.</summary>
    public Place Place { get; set; } = new(null, schema.Device);

    /// <summary>True when nothing follows where something should.</summary>
    public virtual bool IsEnd => _next.Length == 0;

    public abstract void Push(Scan scan);

    public void Attach(Node next)
    {
        _next = [.. _next, next];
        if (_next.Length > 1) _copies = [.. _copies, new Scan(Schema)];
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
