namespace Kestra.Worker.Claiming;

/// <summary>
/// How long to wait between two looks: the longer nothing was found, the longer. Going down from the longest, each step waits half
/// as long and begins after half the time.
/// </summary>
internal sealed class PollPace(ClaimOptions options, TimeProvider time)
{
    private long lastFound = time.GetTimestamp();

    public void Found() => lastFound = time.GetTimestamp();

    public TimeSpan Next()
    {
        var idle = time.GetElapsedTime(lastFound);
        var (wait, begin) = (options.LongestPoll, options.PollSwitch);
        for (var step = 0; step < options.PollSteps; step++, wait /= 2, begin /= 2)
        {
            if (idle >= begin)
            {
                return wait > options.ShortestPoll ? wait : options.ShortestPoll;
            }
        }

        return options.ShortestPoll;
    }
}
