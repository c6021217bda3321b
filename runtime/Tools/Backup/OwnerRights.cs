using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Text;

namespace PlantRuntime.Tools.Backup;

/// <summary>
/// Runs work on files with the rights of the owner of a folder, if the process has those of root: files that it creates belong to the
/// owner, and a link in a folder that the owner may write leads root to no file that the owner may not use. Used by <c>plant backup</c> and
/// <c>plant restore</c> for the data of a service. Source: setfsuid(2), credentials(7): these rights are those of one thread.
/// </summary>
internal static class OwnerRights
{
    private const uint Unchanged = uint.MaxValue;

    /// <summary>
    /// Returns the owner of the data of a service's site: of their folder, or of the folder above while there is none. Null if the site has
    /// its data in its own folder, if this process does not have the rights of root, or if root is the owner.
    /// </summary>
    public static (uint User, uint Group)? OwnerOfData(string site)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess || !SiteFolders.IsOfService(site)) return null;
        var data = SiteFolders.Data(site);
        return FileFacts.OwnerOf(Directory.Exists(data) ? data : Path.GetDirectoryName(data)!) is { User: not 0 } owner ? owner : null;
    }

    /// <summary>
    /// Runs work on a thread that accesses files as this user and group, and returns when it has ended. Threads that the work starts have
    /// the same rights. With null the work runs on the caller's thread as it is.
    /// </summary>
    /// <exception cref="BackupException">The process may not take the rights of others (CAP_SETUID, CAP_SETGID).</exception>
    public static void Run((uint User, uint Group)? owner, Action work)
    {
        if (owner is not { } taken)
        {
            work();
            return;
        }

        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Take(taken);
                work();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        }) { Name = "owner's rights" };
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    private static void Take((uint User, uint Group) owner)
    {
        // Root's groups are those of the process; its other threads have root's rights without them.
        _ = SetGroups(0, 0);
        _ = SetFileGroup(owner.Group);
        _ = SetFileUser(owner.User);
        if ((uint)SetFileGroup(Unchanged) != owner.Group || (uint)SetFileUser(Unchanged) != owner.User)
            throw new BackupException(
                $"this process may not act as user {owner.User}, who owns the data: run it as root with CAP_SETUID and CAP_SETGID");
    }

    [DllImport("libc", EntryPoint = "setfsuid")]
    private static extern int SetFileUser(uint user);

    [DllImport("libc", EntryPoint = "setfsgid")]
    private static extern int SetFileGroup(uint group);

    [DllImport("libc", EntryPoint = "setgroups")]
    private static extern int SetGroups(nuint count, nint groups);
}
