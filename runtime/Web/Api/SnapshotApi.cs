using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PlantRuntime.Queue;
using PlantRuntime.Sites;
using PlantRuntime.Web.Access;
using PlantRuntime.Web.Access.Requests;

namespace PlantRuntime.Web.Api;

/// <summary>
/// Sends a copy of the queue's database, for <c>plant backup</c>. The copy is made in the site's <c>data</c> folder and has no name any
/// more when it is sent. Requests come on the thread pool; one copy at a time.
/// </summary>
/// <param name="siteFolder">The site's folder.</param>
/// <param name="queue">Returns the queue; null while there is none.</param>
internal sealed class SnapshotApi(string siteFolder, Func<DiskQueue?> queue)
{
    private readonly string _path = Path.Combine(SiteFolders.Data(siteFolder), "queue.snapshot");
    private int _isBusy;

    /// <summary>Adds the route.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/api/queue/snapshot", SendAsync)
        .Audited("backup").RequireRole(Roles.Engineer).Describe("Copies the queue and returns the copy, an SQLite file, for plant backup");

    private async Task SendAsync(HttpContext context)
    {
        if (queue() is not { } source)
            throw new ApiException(StatusCodes.Status503ServiceUnavailable, "the queue is not open yet: try again");
        if (Interlocked.Exchange(ref _isBusy, 1) != 0)
            throw new ApiException(StatusCodes.Status409Conflict, "another backup copies the queue: try again when it has ended");
        FileStream? file = null;
        try
        {
            file = await CopyAsync(source, context.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            throw new ApiException(StatusCodes.Status503ServiceUnavailable, $"the queue cannot be copied: {exception.Message}");
        }
        finally
        {
            Delete();
            Volatile.Write(ref _isBusy, 0);
        }

        await using var closing = file.ConfigureAwait(false);
        context.Response.ContentType = "application/vnd.sqlite3";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentLength = file.Length;
        await file.CopyToAsync(context.Response.Body, context.RequestAborted).ConfigureAwait(false);
    }

    private async Task<FileStream> CopyAsync(DiskQueue source, CancellationToken cancel)
    {
        // A host that was killed during a copy has left its file.
        Delete();
        var (used, free) = await source.AskAsync(store => store.Size()).ConfigureAwait(false);
        var room = new DriveInfo(Path.GetDirectoryName(_path)!).AvailableFreeSpace;
        if (room < (2 * (used + free)) + (32 << 20)) throw new IOException($"its {(used + free) >> 20} MB need twice the room on the disk");
        await source.SnapshotAsync(_path, cancel).ConfigureAwait(false);
        return new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 64 * 1024,
            FileOptions.Asynchronous | FileOptions.DeleteOnClose);
    }

    private void Delete()
    {
        foreach (var ending in (string[])["", "-journal", "-wal"]) Storage.AtomicFile.TryDelete(_path + ending);
    }
}
