using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.State;

/// <summary>
/// The state of an operator for each tag, by tag index. Saved by tag name, because a tag table can be edited before the state is loaded.
/// Belongs to one operator; not thread-safe.
/// </summary>
internal sealed class TagStates<T>(ScanSchema schema)
    where T : struct, ITagState<T>
{
    private T[] _states = new T[schema.Tags.Count];

    public ref T this[int index] => ref _states[index];

    public void Save(StateWriter state)
    {
        state.Write7BitEncodedInt(_states.Count(s => s.IsKnown));
        for (var i = 0; i < _states.Length; i++)
        {
            if (!_states[i].IsKnown) continue;
            state.Write(schema.Tags[i].Name);
            _states[i].Save(state);
        }
    }

    public void Load(StateReader state)
    {
        var states = new T[_states.Length];
        for (var count = state.ReadCount(); count > 0; count--)
        {
            var index = schema.IndexOf(state.ReadString());
            var loaded = T.Load(state);
            if (index >= 0) states[index] = loaded;
        }

        _states = states;
    }
}

/// <summary>The state of an operator for one tag; <c>default</c> means none.</summary>
internal interface ITagState<T>
    where T : struct, ITagState<T>
{
    bool IsKnown { get; }

    static abstract T Load(StateReader state);

    void Save(StateWriter state);
}
