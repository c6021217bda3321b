namespace PlantRuntime.Host.Recipes.Running;

/// <summary>Versions that were made for another site.toml: the way back is that of the whole site.</summary>
internal sealed partial class RecipeStage
{
    /// <summary>True while the version at work is watched for its site: the way back is that of all recipes.</summary>
    private volatile bool _isOfSite;
    private volatile Exception? _siteFault;

    /// <summary>What the version at work failed by while it was watched for its site.</summary>
    public Exception? SiteFault => _siteFault;

    /// <summary>Watches the version at work, whose devices begin anew with other settings: what it fails by then is the site's fault.</summary>
    public async Task WatchWithSiteAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_current is not { } current || Limits.RecipeWatch == TimeSpan.Zero) return;
            current.Faults.Watch(current.Faults, Limits.RecipeWatch);
            _isOfSite = true;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Whatever the version at work does from now on, there is no way back.</summary>
    /// <param name="isOfSiteOnly">True when that holds only for a version that is watched for its site.</param>
    public async Task AcceptAsync(bool isOfSiteOnly)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            if (isOfSiteOnly && !_isOfSite) return;
            (_isOfSite, _siteFault) = (false, null);
            PutBy(null);
            _current?.Faults.Accept();
            if (Stopped is not null) feed.Queue.Close();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// Goes back to the version that ran before another site.toml was taken, once the site has; one that ran through the edit runs on.
    /// </summary>
    /// <param name="version">Number of that version.</param>
    /// <param name="connect">Gives its plan the outputs.</param>
    /// <returns>False when that version is not at hand, or was stopped itself.</returns>
    public async Task<bool> ReturnAsync(int version, Action<LoadedRecipe> connect)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            (_isOfSite, _siteFault) = (false, null);
            if (_current is not { } current) return false;
            current.Faults.Accept();
            if (current.Number == version) return current.Runner.Stopped is null;
            if (_before is not { } before || before.Number != version) return false;
            connect(before.Loaded);
            var change = await ResumeAsync(current, before).ConfigureAwait(false);
            log.Info($"BACK recipe={file} version={before.Number} instead_of={current.Number}{change}");
            return true;
        }
        finally
        {
            _turn.Release();
        }
    }
}
