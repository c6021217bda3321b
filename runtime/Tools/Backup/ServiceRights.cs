using System.Runtime.InteropServices;
using PlantRuntime.Sites.Text;

namespace PlantRuntime.Tools.Backup;

/// <summary>
/// Gives restored folders of a service's site their owners and rights on Unix: the service reads the site and does not write it, and writes
/// its data. Does nothing on Windows, where folders inherit their rights. Stateless; blocking disk I/O.
/// </summary>
internal static class ServiceRights
{
    private const UnixFileMode ForGroup = UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
    private const UnixFileMode ForOthers = UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
    private const UnixFileMode ForOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>
    /// Gives a tree the owner and the group of a folder, if the process has root's rights. The group may read what the owner may read;
    /// others may read what they could before, if they may enter that folder, as in a container, and otherwise nothing.
    /// </summary>
    /// <param name="tree">A folder that only the owner of the process can write.</param>
    /// <param name="like">The folder that is replaced, or the one that it comes into.</param>
    /// <exception cref="IOException">The process may not change them.</exception>
    public static void Apply(string tree, string like)
    {
        if (OperatingSystem.IsWindows()) return;
        var owner = Environment.IsPrivilegedProcess ? FileFacts.OwnerOf(like) : null;
        var inherited = File.GetUnixFileMode(like) & UnixFileMode.SetGroup;
        var forOthers = File.GetUnixFileMode(like).HasFlag(UnixFileMode.OtherExecute) ? ForOthers : 0;
        foreach (var path in Directory.EnumerateFileSystemEntries(tree, "*", SearchOption.AllDirectories).Prepend(tree))
        {
            if (owner is { } given) Give(path, given);
            var isFolder = Directory.Exists(path);
            var before = File.GetUnixFileMode(path);
            var own = isFolder ? ForOwner : before & ForOwner;
            var shared = (UnixFileMode)((int)own >> 3) & ForGroup;
            File.SetUnixFileMode(path, own | shared | (before & forOthers) | (isFolder ? inherited : 0));
        }
    }

    /// <summary>Creates a folder with the rights of another one.</summary>
    public static void CreateFolder(string folder, string like)
    {
        Directory.CreateDirectory(folder);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, File.GetUnixFileMode(like));
    }

    private static void Give(string path, (uint User, uint Group) owner)
    {
        if (ChangeOwner(path, owner.User, owner.Group) != 0)
            throw new IOException($"{path} cannot get its owner: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
    }

    [DllImport("libc", EntryPoint = "lchown", SetLastError = true)]
    private static extern int ChangeOwner([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint user, uint group);
}
