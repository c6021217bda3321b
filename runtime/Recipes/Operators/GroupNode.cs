using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Collects values of one instant. A group is handed on when all have come, or when time is up and there are enough; with fewer it is
/// dropped and reported. Afterwards the group is kept for as long again, so that latecomers do not make a second one.
/// </summary>
internal abstract class GroupNode(Schema schema, GroupRule rule, PlanBuilder plan, Flow<TimeGroup> flow) : Node(schema), ITimed, IStateful
{
    /// <summary>More instants at a time are no groups but a time field that is different in every value.</summary>
    private const int MostGroups = 100;

    private readonly List<TimeGroup> _groups = [];
    private readonly Stack<TimeGroup> _free = new();

    public long Due { get; private set; } = long.MaxValue;

    public override bool IsEnd => flow.IsEnd;

    public string StateForm => "group 1";

    public void Start(long now, DateTime utcNow)
    {
    }

    public void Save(StateWriter state)
    {
        state.Write7BitEncodedInt(_groups.Count);
        foreach (var group in _groups)
        {
            state.WriteTime(group.Time);
            state.WriteMoment(group.Deadline);
            state.Write(group.IsClosed);
            state.Write7BitEncodedInt(group.Count);
            foreach (var (key, value) in group.Values)
            {
                state.Write(key);
                state.WriteValue(value);
            }
        }
    }

    public void Load(StateReader state)
    {
        var groups = new List<TimeGroup>();
        for (var count = state.ReadCount(); count > 0; count--)
        {
            var group = new TimeGroup(Schema.Device) { Time = state.ReadTime(), Deadline = state.ReadMoment(), IsClosed = state.ReadBoolean() };
            for (var values = state.ReadCount(); values > 0; values--) group.Put(state.ReadString(), state.ReadValue());
            groups.Add(group);
        }

        _groups.Clear();
        _groups.AddRange(groups);
        Rearm();
    }

    public void OnDue(long now, DateTime utcNow)
    {
        foreach (var group in _groups)
        {
            if (!group.IsClosed && group.Deadline <= now) Close(group, now);
        }

        for (var i = _groups.Count - 1; i >= 0; i--)
        {
            if (_groups[i].IsClosed && _groups[i].Deadline <= now) Remove(i);
        }

        Rearm();
    }

    protected void Put(DateTime time, string key, Value value, long now)
    {
        var group = Find(time) ?? Open(time, now);
        if (group.IsClosed) return;
        group.Put(key, value);
        if (group.Count < rule.Expect) return;
        Close(group, now);
        Rearm();
    }

    private TimeGroup? Find(DateTime time)
    {
        // The newest first: it is the one nearly always.
        for (var i = _groups.Count - 1; i >= 0; i--)
        {
            if (_groups[i].Time == time) return _groups[i];
        }

        return null;
    }

    private TimeGroup Open(DateTime time, long now)
    {
        if (_groups.Count == MostGroups)
        {
            if (!_groups[0].IsClosed) Close(_groups[0], now);
            Remove(0);
        }

        if (!_free.TryPop(out var group)) group = new TimeGroup(Schema.Device);

        // A recipe that was stopped while it was told of a group has left it full.
        group.Clear();
        group.Time = time;
        group.Deadline = now + rule.Within;
        group.IsClosed = false;
        _groups.Add(group);
        Rearm();
        return group;
    }

    private void Close(TimeGroup group, long now)
    {
        group.IsComplete = group.Count >= rule.Expect;
        group.IsClosed = true;
        group.Deadline = now + rule.Within;
        if (group.Count >= rule.AtLeast) flow.Speak(group);
        else plan.Fault(new IncompleteGroupException(group, rule.AtLeast));
        group.Clear();
    }

    private void Remove(int index)
    {
        _free.Push(_groups[index]);
        _groups.RemoveAt(index);
    }

    private void Rearm()
    {
        Due = long.MaxValue;
        foreach (var group in _groups) Due = Math.Min(Due, group.Deadline);
    }
}
