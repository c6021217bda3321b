namespace PlantRuntime.Recipes.State;

/// <summary>What an operator remembers of each tag. Saved by name: a tag table may have been edited in between.</summary>
internal sealed class TagStates<T>(Schema schema)
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
            var place = schema.PlaceOf(state.ReadString());
            var loaded = T.Load(state);
            if (place >= 0) states[place] = loaded;
        }

        _states = states;
    }
}
