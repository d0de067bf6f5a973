namespace Kestra.Hosting.Management;

/// <summary>Down when the disk of a folder is nearly full.</summary>
public sealed class DiskSpaceIndicator(string folder) : IHealthIndicator
{
    private const long ThresholdBytes = 10L * 1024 * 1024;

    public string Name => "diskSpace";

    public Task<Health> CheckAsync(CancellationToken cancellationToken)
    {
        var drive = new DriveInfo(Path.GetFullPath(folder));
        return Task.FromResult(new Health(drive.AvailableFreeSpace >= ThresholdBytes, new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["total"] = drive.TotalSize,
            ["free"] = drive.AvailableFreeSpace,
            ["threshold"] = ThresholdBytes,
        }));
    }
}
