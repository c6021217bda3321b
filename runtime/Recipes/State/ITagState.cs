namespace PlantRuntime.Recipes.State;

/// <summary>What an operator remembers of one tag; <c>default</c> is nothing yet.</summary>
internal interface ITagState<T>
    where T : struct, ITagState<T>
{
    bool IsKnown { get; }

    static abstract T Load(StateReader state);

    void Save(StateWriter state);
}
