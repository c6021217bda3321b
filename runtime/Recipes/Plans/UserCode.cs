namespace PlantRuntime.Recipes.Plans;

/// <summary>
/// A lambda of a recipe behind a fence: its exceptions are reported and cost one scan on one branch, except those that end the recipe: the
/// order to stop, its wake-up from a wait, and a lack of memory.
/// </summary>
internal readonly struct UserCode<TIn, TOut>(Func<TIn, TOut> function, Action<Exception> fault)
{
    public bool TryCall(TIn input, out TOut result)
    {
        try
        {
            result = function(input);
            return true;
        }
        catch (Exception exception) when (exception.GetBaseException() is not (RecipeStoppedException or ThreadInterruptedException or OutOfMemoryException))
        {
            fault(exception);
            result = default!;
            return false;
        }
    }
}
