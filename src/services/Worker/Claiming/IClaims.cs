namespace Kestra.Worker.Claiming;

/// <summary>What this worker has claimed of one kind of jobs.</summary>
internal interface IClaims
{
    /// <summary>There may be jobs, or places for them.</summary>
    void Look();

    /// <summary>Looks at what has become of the claims, and puts right what differs.</summary>
    Task WatchAsync(CancellationToken cancellationToken);

    /// <summary>Gives back everything that does not run. What runs, or has just been answered, stays this worker's.</summary>
    Task GiveBackAsync();
}
